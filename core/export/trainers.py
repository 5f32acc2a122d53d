"""The formats with one record per line, by name: what writes their records, and what their trainers refuse in one.

Read by the writers, the checks and the process that reads files back; imports nothing heavy for that one's sake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from core.export import alpaca, bedrock, openai_chat, sharegpt, trl

if TYPE_CHECKING:
    from core.export.dialogue import Dialogue
    from core.export.request import ExportRequest

Records = Callable[["Dialogue", "ExportRequest"], Iterator[bytes]]
Problems = Callable[[Any], list[str]]
LINES: dict[str, tuple[Records, Problems]] = {
    "openai": (openai_chat.records, openai_chat.problems),
    "anthropic": (bedrock.records, bedrock.problems),
    "sharegpt": (sharegpt.records, sharegpt.problems),
    "trl": (trl.records, trl.problems),
    "alpaca": (alpaca.records, alpaca.problems),
}
