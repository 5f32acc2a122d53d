"""The formats by name: what each is for in one line, what its files are called, and what it can carry.

Read by the command line and the export dialog before anything heavy is loaded; knows nothing of how they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import ExportError
from core.export.request import ExportRequest, Format, Per


@dataclass(frozen=True)
class Kind:
    """One format. `annotation` says whether it can carry it; `minimum` how many examples its trainer wants."""

    name: Format
    title: str
    words: str
    suffix: str
    per: tuple[Per, ...] = ("conversation", "turn")  # the first is what it does unasked
    annotation: str = "never"  # never, always, or unasked: "no" or "yes"
    lines: bool = True  # one record per line, for a trainer
    minimum: int = 0
    trainer: str = ""


_WHOLE: tuple[Per, ...] = ("conversation",)
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("seed-json", "seed JSON", "the full annotated form, as imported", ".json", _WHOLE, "always", lines=False),
        Kind("json", "JSON", "one file: header, turns, dimensions", ".json", _WHOLE, "yes", lines=False),
        Kind("openai", "OpenAI chat", "JSONL messages, with weights per turn", ".jsonl", minimum=10, trainer="OpenAI"),
        Kind("anthropic", "Anthropic on Bedrock", "JSONL with a system key", ".jsonl", minimum=32, trainer="Bedrock"),
        Kind("sharegpt", "ShareGPT", "from/value: LLaMA-Factory, axolotl", ".jsonl", annotation="no"),
        Kind("trl", "TRL", "messages, or prompt and completion", ".jsonl", annotation="no"),
        Kind("alpaca", "Alpaca", "instruction and output, with history", ".jsonl", annotation="no"),
        Kind("csv", "CSV", "a row per turn, for spreadsheets", ".csv", ("turn", "conversation"), "yes", lines=False),
        Kind("markdown", "Markdown", "a readable file per conversation", ".md", _WHOLE, "yes", lines=False),
        Kind("pdf", "PDF", "a printable file per conversation", ".pdf", _WHOLE, "yes", lines=False),
    )
}
MERGING = ("seed-json", "markdown")
FILE_EACH = ("seed-json", "markdown", "pdf")


def settled(request: ExportRequest) -> ExportRequest:
    """The request with the format's own choices filled in. Raises ExportError for what the format cannot do."""
    kind = KINDS[request.format]
    if request.per is not None and request.per not in kind.per:
        raise ExportError(f"{kind.title} is written per conversation only.", "Leave --per out.")
    if request.annotation and kind.annotation == "never":
        raise ExportError(
            f"{kind.title} has no place for annotation: its trainer refuses unknown keys.",
            "Choose sharegpt, trl, alpaca, json or seed-json, or leave --annotation out.",
        )
    if request.annotation is False and kind.annotation == "always":
        raise ExportError("Seed JSON always carries its annotation.", "--format json --plain leaves it out.")
    if request.merge and request.format not in MERGING:
        what = "is one file already" if request.format not in FILE_EACH else "has one file per conversation"
        raise ExportError(f"{kind.title} {what}.", f"Leave --merge out; it is for {' and '.join(MERGING)}.")
    if not request.system and request.format in ("seed-json",):
        raise ExportError("Seed JSON always carries the system prompt.", "Leave --no-system out.")
    if request.split is not None:
        _check_shares(request.split)
    annotation = kind.annotation in ("yes", "always") if request.annotation is None else request.annotation
    return replace(request, per=request.per or kind.per[0], annotation=annotation)


def _check_shares(shares: tuple[float, float, float]) -> None:
    if not all(0 <= share <= 1 for share in shares) or abs(sum(shares) - 1) > 1e-6 or not shares[0]:
        raise ExportError(
            "The shares of a split must add up to 100, and train must have some.", "Write it as --split 80/10/10."
        )
