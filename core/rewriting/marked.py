"""A turn as a person edits it: both messages under marks in plain text, and back; every refusal names its line."""

from __future__ import annotations

from core.errors import BrightrunError
from core.seedformat.documents import MAX_MESSAGE

MARKS = {"client": "=== client ===", "advisor": "=== advisor ==="}
_ROLE = {mark: role for role, mark in MARKS.items()}


class EditTextError(BrightrunError):
    """An edited turn cannot be read; nothing was changed."""


def as_text(conversation_id: str, number: int, turns: int, user: str, advisor: str) -> str:
    """The text that is opened in an editor."""
    return (
        f"Turn {number} of {turns} of {conversation_id}. Change what stands under the two marks and save;\n"
        "leave it as it is, or empty the file, to change nothing. These lines are not read.\n\n"
        f"{MARKS['client']}\n{user}\n\n{MARKS['advisor']}\n{advisor}\n"
    )


def read_text(text: str, name: str = "the edited text") -> tuple[str, str] | None:
    """Both messages of an edited turn; None for an emptied file. Raises EditTextError naming the line."""
    if not text.strip():
        return None
    said: dict[str, list[str]] = {}
    begins: dict[str, int] = {}
    role = ""
    for number, line in enumerate(text.splitlines(), 1):
        found = _ROLE.get(line.strip())
        if found is None:
            if role:
                said[role].append(line)
            continue
        if found in said:
            raise EditTextError(
                f"{name}, line {number}: the mark {MARKS[found]!r} stands there a second time.",
                f"The first is on line {begins[found]}; each message has one mark.",
            )
        if found == "advisor" and "client" not in said:
            raise EditTextError(f"{name}, line {number}: the client speaks first.", f"Put {MARKS['client']!r} above.")
        role, said[found], begins[found] = found, [], number
    for wanted, mark in MARKS.items():
        if wanted not in said:
            raise EditTextError(f"{name} has no line {mark!r}.", "Each message stands under its mark.")
        message = as_saved("\n".join(said[wanted]))
        if not message:
            raise EditTextError(f"{name}, line {begins[wanted]}: the {wanted} says nothing.", "Write the message.")
        if len(message) > MAX_MESSAGE:
            raise EditTextError(f"{name}: the {wanted}'s message has {len(message):,} characters.",
                                f"At most {MAX_MESSAGE:,}.")  # fmt: skip
        if "\x00" in message:
            raise EditTextError(f"{name}: the {wanted}'s message holds a NUL character.", "Take it out.")
    return as_saved("\n".join(said["client"])), as_saved("\n".join(said["advisor"]))


def as_saved(message: str) -> str:
    """A message as it comes back from an editor in which nobody changed it: no blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in message.splitlines()).strip()
