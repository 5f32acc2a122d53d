"""The small tree of errors that a person may read. Each has a message (what happened) and a hint (the way out)."""

from __future__ import annotations

from data.errors import BrightrunError, DiskFullError, PassingStorageError, StaleRowError, StorageError


class SettingsError(BrightrunError):
    """A setting has a value that cannot be used."""


class QueryError(BrightrunError):
    """A filter text cannot be read; `start` and `end` are the character range of the mistake."""

    def __init__(self, message: str, hint: str = "", *, start: int = 0, end: int = 0) -> None:
        super().__init__(message, hint)
        self.start = start
        self.end = end
        self.query = ""  # the whole text, where it is known

    @property
    def pointed(self) -> str:
        """The query with a line under it that points at the mistake; "" where there is nothing to point at."""
        if not self.query or "\n" in self.query:
            return ""
        return f"{self.query}\n{' ' * self.start}{'^' * max(1, self.end - self.start)}"


class PackError(BrightrunError):
    """A pack folder or plan cannot be loaded; the message names file and line or field."""


class TemplateError(BrightrunError):
    """A prompt template is wrong or a placeholder has no value."""


class TransitionError(BrightrunError):
    """A conversation cannot go from its status to the one asked for."""


class GenerationError(BrightrunError):
    """A job cannot be submitted or controlled."""


class ProviderError(BrightrunError):
    """The model's service answered with an error, or not at all."""


class PriceError(BrightrunError):
    """A model has no price."""


class ImportFileError(BrightrunError):
    """A file cannot be imported; nothing of it was stored."""


class ExportError(BrightrunError):
    """An export cannot be written; nothing that looks finished was left behind."""


class NotFoundError(BrightrunError):
    """Something named does not exist."""


__all__ = [
    "BrightrunError",
    "DiskFullError",
    "ExportError",
    "GenerationError",
    "ImportFileError",
    "NotFoundError",
    "PackError",
    "PassingStorageError",
    "PriceError",
    "ProviderError",
    "QueryError",
    "SettingsError",
    "StaleRowError",
    "StorageError",
    "TemplateError",
    "TransitionError",
]
