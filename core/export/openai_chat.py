"""OpenAI's chat format: one line per conversation, `{"messages": […]}`, and the rules a trainer holds it to.

The service writes with `chat_line` and reads back with `validate_line`; `--verify` uses the same rules on any file.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import ExportError, ImportFileError
from core.seedformat.documents import from_text_rows, strict_json
from data import outgoing
from data.outgoing import Outgoing, Session

BATCH = 250  # conversations read at once: some 2 MB, and the cost of a statement hardly shows
ROLES = ("system", "user", "assistant")
# Line ends to some programs, though not to JSON: escaped, a conversation stays on its line everywhere.
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_LINE_ENDS = (("\u2028", "\\u2028"), ("\u2029", "\\u2029"), ("\x85", "\\u0085"))


async def chat_lines(
    session: Session, rows: Sequence[Outgoing], system_prompts: Mapping[str, str]
) -> AsyncIterator[tuple[Outgoing, str]]:
    """Each row with its line; `system_prompts` by pack.

    Raises ExportError naming the row that cannot be expressed.
    """
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        said = await outgoing.messages_of(session, [row.conversation_id for row in part])
        for row in part:
            messages = said.get(row.conversation_id, [])
            if not all(user and advisor for user, advisor in messages):
                messages = await _verbatim(session, row.conversation_id)
            yield row, chat_line(row.conversation_id, messages, system_prompts.get(row.pack_key, ""))


def chat_line(conversation_id: str, said: Sequence[tuple[str, str]], system_prompt: str) -> str:
    """One conversation as a line without its end. Raises ExportError when it has no turns or an empty message."""
    if not said:
        raise ExportError(f"{conversation_id} has no turns and cannot be exported.", "Leave it out, or generate it.")
    parts = [_system(system_prompt)] if system_prompt.strip() else []
    for number, (user, advisor) in enumerate(said, 1):
        if not user.strip() or not advisor.strip():
            who = "client" if not user.strip() else "advisor"
            raise ExportError(
                f"{conversation_id}, turn {number}: the {who}'s message is empty; the export was stopped.",
                "Write the message, or take the approval back.",
            )
        parts += (_message("user", user), _message("assistant", advisor))
    line = '{"messages": [' + ", ".join(parts) + "]}"
    for character, escaped in _LINE_ENDS:
        if character in line:
            line = line.replace(character, escaped)
    return line


def validate_line(line: str) -> list[str]:
    """What a trainer would refuse in one line; empty when it takes it.

    >>> validate_line('{"messages": [{"role": "user", "content": "Hi"}]}')
    ['the last message is not from the assistant']
    """
    try:
        tree = _parsed(line)
    except ImportFileError as error:
        return [error.message]
    if not isinstance(tree, dict) or set(tree) != {"messages"}:
        return ["it must be an object with exactly the key messages"]
    messages = tree["messages"]
    if not isinstance(messages, list) or not messages:
        return ["messages must be a list with entries"]
    problems = [f"message {n}: {problem}" for n, m in enumerate(messages, 1) for problem in _message_problems(m)]
    return problems or _order_problems([message["role"] for message in messages])


def validate_file(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every line of a file by number with what is wrong with it; read line by line."""
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                yield number, ["it is not UTF-8"]
                continue
            yield number, validate_line(text) if text.strip() else ["it is empty"]


def _message(role: str, content: str) -> str:
    # Joined by hand: three times as fast as encoding a tree, and every line is parsed again before it counts.
    return f'{{"role": "{role}", "content": {_ENCODER.encode(content)}}}'


@lru_cache(maxsize=8)
def _system(prompt: str) -> str:
    """The same long text in every line: encoded once."""
    return _message("system", prompt)


def _parsed(line: str) -> Any:
    """The line as a tree. Raises ImportFileError where strict reading would."""
    try:
        if "\\u" not in line:
            return json.loads(line, object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError):
        pass  # the strict reader says where
    return strict_json(line.encode(errors="surrogatepass"), "the line")


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key stands twice")
    return tree


def _message_problems(message: Any) -> list[str]:
    if not isinstance(message, dict) or len(message) != 2 or "role" not in message or "content" not in message:
        return ["it must have exactly role and content"]
    if message["role"] not in ROLES:
        return [f"there is no role {str(message['role'])[:20]!r}"]
    if not isinstance(message["content"], str):
        return ["its content is no text"]
    return [] if message["content"].strip() else ["its content is empty"]


def _order_problems(roles: Sequence[str]) -> list[str]:
    spoken = roles[1:] if roles[0] == "system" else roles
    if "system" in spoken:
        return ["only the first message may be from the system"]
    if not spoken or spoken[-1] != "assistant":
        return ["the last message is not from the assistant"]
    if list(spoken) != [("user", "assistant")[n % 2] for n in range(len(spoken))]:
        return ["user and assistant must take turns, the user first"]
    return []


async def _verbatim(session: Session, conversation_id: str) -> list[tuple[str, str]]:
    """The messages as the file had them, where a column could not hold one exactly."""
    text = (await outgoing.texts_of(session, [conversation_id])).get(conversation_id)
    if text is None:
        return []
    pairs = from_text_rows(text)
    return [(_text(pair.get("current_user_input")), _text(pair.get("target_response"))) for pair in pairs]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
