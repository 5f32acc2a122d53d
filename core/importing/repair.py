"""Proposes a repair of broken JSON: as few characters as make it JSON again, each change named with its place.

A person sees the difference and decides; `core.importing.incoming` then reads the repaired text and flags what was
touched. Only what has one plain reading is mended: a quotation mark, comma, colon, bracket or brace too few or too
many, a bare word, a raw line break in a text. Nothing is ever rewritten or left out. Existing repair libraries write
the whole document anew, so that the difference could not be shown, and they guess further than a person can check.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import ImportFileError
from core.seedformat.documents import SeedDocument
from core.seedformat.reading import decode, read_bytes, strict_text
from core.seedformat.scanning import line_and_column, line_at, paths_at

MAX_CHANGES = 25  # a file that needs more is not damaged but something else
LONG_LINE = 400
MAX_REPAIRED_BYTES = 8 * 1024 * 1024
_BARE = re.compile(r"[^\s,\]\[{}\":][^,\]\[{}\"\n:]*")
_LITERALS = {"True": "true", "False": "false", "None": "null", "TRUE": "true", "FALSE": "false", "NULL": "null"}
_RAW = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NEXT_ENTRY = re.compile(r'\s*(?:"[^"\n]*"\s*:|[}\]])')  # what a line begins with behind one that is whole
_TRAILING = re.compile(r"[\]}\s]*,?\s*$")
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True)
class Change:
    """One change: at `position` `removed` characters go and `added` comes in, which then stands at `now`."""

    position: int
    removed: int
    added: str
    what: str
    now: int = 0

    def back(self, position: int) -> int:
        """Where something behind this change stood before it."""
        if position < self.position:
            return position
        return max(self.position, position - len(self.added) + self.removed)

    def forth(self, position: int) -> int:
        """Where something stands after this change."""
        return position if position <= self.position else max(self.position, position + len(self.added) - self.removed)


@dataclass(frozen=True)
class Repair:
    """A proposal for one file: what was, what it would be, and every change by itself."""

    path: Path
    before: str
    text: str
    changes: tuple[Change, ...]

    def told(self) -> list[str]:
        """The changes as a person reads them: `line 420, column 52: put in quotation marks`."""
        return [f"{_place(self.before, change.position)}: {change.what}" for change in self.changes]

    def difference(self) -> str:
        """The difference as a unified diff; of very long lines only what stands around each change."""
        lines = list(
            difflib.unified_diff(
                self.before.split("\n"),
                self.text.split("\n"),
                f"{self.path.name} (as it is)",
                f"{self.path.name} (repaired)",
                n=1,
                lineterm="",
            )
        )
        if max(map(len, lines)) <= LONG_LINE:
            return "\n".join(lines)
        shown = lines[:2]
        for change in self.changes:
            shown += [f"@@ {_place(self.before, change.position)} @@", f"-{line_at(self.before, change.position)}"]
            shown.append(f"+{line_at(self.text, change.now)}")
        return "\n".join(shown)


def propose(path: Path) -> Repair | None:
    """A repair of a file whose JSON is broken; None when it is not, or cannot be mended with a few plain changes.

    Raises ImportFileError when the file cannot be read at all.
    """
    raw = read_bytes(path)
    text = decode(raw, str(path))
    if len(raw) > MAX_REPAIRED_BYTES:
        return None
    if _lines(text):
        return _propose_lines(path, text)
    changes, repaired = _changes(text)
    if not changes:
        return None
    try:
        strict_text(repaired, str(path))
    except ImportFileError:  # what is left is none of the faults that can be mended
        return None
    return Repair(path, text, repaired, tuple(changes))


def touched_by(repair: Repair, document: SeedDocument) -> dict[str, tuple[str, ...]]:
    """By conversation the changes that fell into it; a change outside of all concerns all of them."""
    told = repair.told()
    found: dict[str, list[str]] = {}
    everybody = [conversation.conversation_id for conversation in document.conversations]
    owners = _owners(document)
    for path, what in zip(_paths(repair), told, strict=True):
        for conversation_id in [owners[path]] if path in owners else everybody:
            found.setdefault(conversation_id, []).append(what)
    return {conversation_id: tuple(changes) for conversation_id, changes in found.items()}


def _owners(document: SeedDocument) -> dict[int, str]:
    """Which conversation a pair, a conversation or a record of the file belongs to, by its index there."""
    owners: dict[int, str] = {}
    if document.layout in ("pairs", "bare-pairs"):
        if any("halves" in conversation.filed for conversation in document.conversations):
            return {}  # places count turns then, not pairs: everything is flagged
        return {p: c.conversation_id for c in document.conversations for p in c.positions}
    if any("layout" not in c.filed and "record" not in c.filed for c in document.conversations):
        return {}  # pairs beside conversations: an index alone does not tell in which list
    for number, conversation in enumerate(document.conversations):
        owners[conversation.filed.get("record", number)] = conversation.conversation_id
    return owners


def _paths(repair: Repair) -> list[int]:
    """For each change the index of the pair, conversation or record it fell into; -1 outside of all."""
    positions = [change.now for change in repair.changes]
    if _lines(repair.text):
        return [_record_at(repair.text, position) for position in positions]
    found = []
    for path in paths_at(repair.text, positions):
        inside = path[1] if len(path) > 1 and path[0] in ("training_pairs", "conversations") else path[0] if path else 0
        found.append(inside if isinstance(inside, int) and path else -1)
    return found


def _record_at(text: str, position: int) -> int:
    return sum(1 for line in text[: text.rfind("\n", 0, position) + 1].split("\n") if line.strip())


def _lines(text: str) -> bool:
    """Whether each line is to be a document of its own: several lines begin as one and end as one."""
    lines = [line for line in text.split("\n", 40)[:40] if line.strip()]
    return len(lines) > 1 and all(line.lstrip().startswith('{"') for line in lines)


def _propose_lines(path: Path, text: str) -> Repair | None:
    lines, changes = text.split("\n"), list[Change]()
    start, now = 0, 0
    for number, line in enumerate(lines):
        mine, mended = _changes(line) if line.strip() else ([], line)
        if not mine and line.strip() and not _is_sound(line):
            return None
        changes += [Change(c.position + start, c.removed, c.added, c.what, c.now + now) for c in mine]
        if len(changes) > MAX_CHANGES:
            return None
        lines[number] = mended
        start += len(line) + 1
        now += len(mended) + 1
    return Repair(path, text, "\n".join(lines), tuple(changes)) if changes else None


def _is_sound(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _changes(text: str) -> tuple[list[Change], str]:
    """Mend the first fault, look again, and so on; no change when the text is sound or a fault has no plain reading."""
    made: list[Change] = []
    mended = text
    for _ in range(MAX_CHANGES + 1):
        try:
            json.loads(mended)
        except json.JSONDecodeError as error:
            change = _mend(mended, error)
            if change is None:
                break
            mended = mended[: change.position] + change.added + mended[change.position + change.removed :]
            made.append(change)
        except (ValueError, RecursionError):
            break
        else:
            return [_placed(made, number) for number in range(len(made))], mended
    return [], text


def _placed(made: list[Change], number: int) -> Change:
    """Each change was made in the text after those before it: its places in the first text and in the last."""
    change = made[number]
    position, now = change.position, change.position
    for former in reversed(made[:number]):
        position = former.back(position)
    for later in made[number + 1 :]:
        now = later.forth(now)
    return Change(position, change.removed, change.added, change.what, now)


def _mend(text: str, error: json.JSONDecodeError) -> Change | None:
    position, message = error.pos, error.msg
    at_end = position >= len(text.rstrip())
    if message == "Extra data":
        if text[position] in "]}" and not text[position + 1 :].strip(" \t\r\n]}"):
            return Change(position, 1, "", "took a closing bracket too many away")
        return None
    if message.startswith("Unterminated string"):
        return _close_text(text, position)
    if at_end and message in ("Expecting ',' delimiter", "Expecting property name enclosed in double quotes"):
        return _close_all(text)
    if position >= len(text):
        return None  # a key or a value would have to be invented
    if message == "Expecting ',' delimiter":
        return _separate(text, position)
    if message == "Expecting ':' delimiter":
        return Change(position, 0, ": ", "put in a colon") if text[position] in '"{[-0123456789tfn' else None
    if (
        message in ("Expecting property name enclosed in double quotes", "Expecting value")
        or "trailing comma" in message
    ):
        return _value_or_key(text, position, is_key=message.startswith("Expecting property"))
    if message.startswith("Invalid control character"):
        raw = text[position : position + 1]
        if raw == "\n" and _NEXT_ENTRY.match(text, position + 1):
            cut = len(_TRAILING.sub("", text[:position][text.rfind("\n", 0, position) + 1 :]))
            return Change(text.rfind("\n", 0, position) + 1 + cut, 0, '"', "put in a missing quotation mark")
        return Change(position, 1, _RAW[raw], "wrote a raw line break or tab as an escape") if raw in _RAW else None
    return None


def _value_or_key(text: str, position: int, *, is_key: bool) -> Change | None:
    before = len(text[:position].rstrip()) - 1
    here = text[position : position + 1]
    if here in "]}" and before >= 0 and text[before] == ",":
        return Change(before, 1, "", "took away a comma with nothing behind it")
    if here == "," and before >= 0 and text[before] == ",":
        return Change(position, 1, "", "took away a comma too many")
    if here in "]}":
        return None
    bare = _BARE.match(text, position)
    if bare is None:
        return None
    word = bare.group().rstrip()
    if not is_key and word in _LITERALS:
        return Change(position, len(word), _LITERALS[word], f"wrote {word} as {_LITERALS[word]}")
    if word[0] == "'" and word[-1] == "'" and len(word) > 1 and "\\" not in word:
        return Change(position, len(word), json.dumps(word[1:-1], ensure_ascii=False), "put in double quotation marks")
    if word in ("NaN", "Infinity", "-Infinity") or word[0] in "'`“”‘’/#\\" or any(c < " " for c in word):
        return None
    following = text[position + len(word) :].lstrip()[:1]
    if following not in ([":"] if is_key else [",", "]", "}"]) or not following:
        return None
    return Change(position, len(word), json.dumps(word, ensure_ascii=False), f"put {word[:40]!r} in quotation marks")


def _separate(text: str, position: int) -> Change | None:
    """Two values without a comma, a bracket of the wrong kind, or a text that ended at a quotation mark inside it."""
    before = len(text[:position].rstrip())
    here = text[position]
    open_, is_object = _open_at(text, position)
    if here in "]}" and open_:
        wanted = _CLOSING[open_[-1]]
        if here != wanted:
            if len(open_) > 1 and _CLOSING[open_[-2]] == here:
                return Change(before, 0, wanted, f"put in a missing {wanted}")
            return Change(position, 1, wanted, f"wrote {wanted} instead of {here}")
        return None
    line_between = "\n" in text[before:position]
    if here in '{["' and line_between:
        if here == '"' and not is_object and _is_key(text, position):
            return Change(before, 0, "]", "put in a missing ]") if open_[-1:] == ["["] else None
        return Change(before, 0, ",", "put in a missing comma")
    if here in '{["' and text[before - 1] in "]}" and before == position:
        return Change(before, 0, ",", "put in a missing comma")
    if here == '"' and text[before - 1] == '"' and before < position:
        return Change(before, 0, ",", "put in a missing comma")
    return None


def _is_key(text: str, position: int) -> bool:
    return re.compile(r'"(?:[^"\\\n]|\\.)*+"\s*:').match(text, position) is not None


def _close_text(text: str, position: int) -> Change | None:
    """A text without its closing mark: it ends at the end of its line, before the comma or bracket there."""
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    line = text[position:end].rstrip()
    if text[end:].strip() == "" and end >= len(text.rstrip()):
        return Change(len(text.rstrip()), 0, '"', "closed the text at which the file breaks off")
    cut = position + len(line.rstrip(",]} "))
    return Change(cut, 0, '"', "put in a missing quotation mark") if cut > position + 1 else None


def _close_all(text: str) -> Change | None:
    """The file breaks off: close what is open, innermost first."""
    open_, _ = _open_at(text, len(text))
    missing = "".join(_CLOSING[bracket] for bracket in reversed(open_))
    if not missing:
        return None
    return Change(len(text.rstrip()), 0, missing, f"closed what was open at the end: {missing[:40]}")


def _open_at(text: str, position: int) -> tuple[list[str], bool]:
    """The brackets open at a position, outermost first, and whether the innermost is an object's."""
    open_: list[str] = []
    for bracket in _brackets(text[:position]):
        if bracket in _CLOSING:
            open_.append(bracket)
        elif open_:
            open_.pop()
    return open_, bool(open_) and open_[-1] == "{"


def _brackets(text: str) -> Iterator[str]:
    for match in re.finditer(r'"(?:[^"\\]++|\\.)*+"|([\[\]{}])', text, re.DOTALL):
        if match.group(1):
            yield match.group(1)


def _place(text: str, position: int) -> str:
    line, column = line_and_column(text, position)
    return f"line {line}, column {column}"
