"""What the categories of a document mean for a row of the plan: content category, topic cluster and intent.

The pack says it in words (`sources.json`: for each key of its taxonomy the words that stand for it); a name that none
of them fits proposes nothing, and is said to. Pure but for reading the pack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.chunks.records import Meaning
from core.planning.table import plain_key
from data import packs
from data.engines import AsyncSession

# Column of a row -> kind of the taxonomy.
KINDS = {"content_category": "content_categories", "topic_cluster": "topic_clusters", "intent": "intents"}
SOURCES = "sources"  # key of the pack's settings
_WORD = re.compile(r"[^\W_]+")


class Mapper:
    """The words of one pack. Asked often for the same names, so each is looked up once."""

    def __init__(self, taxonomy: Mapping[str, Sequence[Mapping[str, Any]]], aliases: Mapping[str, Any]) -> None:
        self._known: dict[str, dict[str, str]] = {}
        self._aliases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._found: dict[tuple[str, str], str] = {}
        for column, kind in KINDS.items():
            entries = taxonomy.get(kind, ())
            keys = [str(entry["key"]) for entry in entries]
            self._known[column] = {plain_key(str(e.get("name") or "")): str(e["key"]) for e in entries}
            self._known[column] |= {key: key for key in keys}
            listed = (aliases.get(column) or {}).items()
            found = [(_words(alias), key) for key, names in listed if key in keys for alias in (key, *names)]
            # Longer phrases are more telling: "estate tax" is no tax in general.
            self._aliases[column] = sorted(found, key=lambda pair: (-len(pair[0]), -len(" ".join(pair[0]))))

    def match(self, column: str, name: str) -> str:
        """The key of the taxonomy that a name means; "" when nothing fits."""
        asked = column, name
        if asked not in self._found:
            self._found[asked] = self._known[column].get(plain_key(name)) or self._by_alias(column, _words(name))
        return self._found[asked]

    def _by_alias(self, column: str, words: tuple[str, ...]) -> str:
        for alias, key in self._aliases[column]:
            size = len(alias)
            if size and any(words[i : i + size] == alias for i in range(len(words) - size + 1)):
                return key
        return ""

    def meaning(self, primary: str, categories: Sequence[Mapping[str, Any]]) -> Meaning:
        """What a document proposes: the primary category the content, its other tags topic cluster and intent."""
        notes: list[str] = []
        content = self.match("content_category", primary) if primary else ""
        if not primary:
            notes.append("the document names no primary category")
        elif not content:
            notes.append(f"no content category of the pack fits {primary[:60]!r}")
        tags = [str(category["name"]) for category in categories if not category["is_primary"]]
        found = {}
        for column, article, words in (("topic_cluster", "a", "topic cluster"), ("intent", "an", "intent")):
            found[column] = next((key for tag in tags if (key := self.match(column, tag))), "")
            if not found[column]:
                named = ", ".join(tags)[:80]
                notes.append(f"no {words} of the pack fits {named!r}" if tags else f"no tag proposes {article} {words}")
        return Meaning(content, found["topic_cluster"], found["intent"], tuple(notes))


def _words(text: str) -> tuple[str, ...]:
    """The words of a name, without case and without the s of a plural."""
    words = _WORD.findall(text.casefold().replace("_", " "))
    return tuple(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in words
    )


async def mapper_of(session: AsyncSession, pack_key: str = "") -> Mapper:
    """The mapper of a pack, by default of the first one."""
    pack = await packs.get_pack(session, pack_key) or {}
    return Mapper(pack.get("taxonomy") or {}, (pack.get("settings") or {}).get(SOURCES) or {})
