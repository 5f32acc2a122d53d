"""Work for a worker of Textual that may be over before it began: the app ended first, or newer work took its place.

What is given to `run_worker` beside the keys goes through it: a coroutine that was made and never awaited would be
complained of on the terminal that the app has just left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, TypeVar

Given = TypeVar("Given")


class Steps(Awaitable[Given]):
    """A coroutine function and what it is called with, once it is awaited."""

    def __init__(self, work: Callable[..., Coroutine[Any, Any, Given]], *given: Any) -> None:
        self._work, self._given = work, given

    def __await__(self) -> Generator[Any, Any, Given]:
        return self._work(*self._given).__await__()
