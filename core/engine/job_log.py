"""The detailed log of a job: every call made for it, in the order of its rows, with what was sent and answered.

The command line prints it or writes it to a file, the app writes it. Keys never were in it; what looks like one in a
text is blotted out all the same. It is read and written in parts, so that a large job needs little memory.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import ExportError, NotFoundError
from core.notify.summary import Summary
from core.progress import stage_words
from core.text.redaction import redacted
from core.text.terminal import safe_text
from data import endings, jobs
from data.engines import Database

ROWS_AT_ONCE = 20
WIDTH = 100


async def log_text(database: Database, job_id: int) -> AsyncIterator[str]:
    """The log as text, part by part. Raises NotFoundError."""
    async for part in _records(database, job_id):
        yield _job_text(part) if "items" not in part else "".join(_item_text(item) for item in part["items"])


async def log_lines(database: Database, job_id: int) -> AsyncIterator[str]:
    """The log as JSON lines: the job, then one line per call. Raises NotFoundError."""
    async for part in _records(database, job_id):
        if "items" not in part:
            yield json.dumps({"kind": "job", **_plain(part)}) + "\n"
            continue
        for item in part["items"]:
            for call in item["calls"]:
                line = {"kind": "call", "number": item["number"], **_plain(call)}
                yield redacted(json.dumps(line)) + "\n"


async def write_log(database: Database, job_id: int, path: Path, *, overwrite: bool = False) -> int:
    """Write the log to a file, all or nothing, readable by its owner only. Gives its size in bytes.

    Raises NotFoundError, and ExportError when the file is there already or cannot be written.
    """
    if path.exists() and not overwrite:
        raise ExportError(f"{path} is there already.", "Name another file, or say that it may be overwritten.")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    size = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            async for part in log_text(database, job_id):
                size += stream.write(part.encode(errors="replace"))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be written: {error.strerror}.", "Name another file, or make room for it."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return size


async def _records(database: Database, job_id: int) -> AsyncIterator[dict[str, Any]]:
    """The job, then its rows with their calls, some at a time."""
    async with database.read() as session:
        job = await jobs.get_job(session, job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id}.", "brightrun jobs list shows all.")
        gone = await endings.calls_without_item(session, job_id)
    yield {**job, "calls_of_deleted_rows": gone}
    position = -(1 << 62)
    while True:
        async with database.read() as session:
            items = await endings.items_after(session, job_id, position, ROWS_AT_ONCE)
            if not items:
                return
            calls = await endings.calls_of(session, [item["id"] for item in items])
        position = items[-1]["position"]
        yield {"items": [{**i, "calls": [c for c in calls if c["item_id"] == i["id"]]} for i in items]}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v.isoformat() if hasattr(v, "isoformat") else v for name, v in values.items()}


def _job_text(job: Mapping[str, Any]) -> str:
    lines = [f"Job {job['id']}: {job['type']}, {job['provider']}, {job['status']}", "=" * WIDTH]
    if job["provider"] == "simulated":
        lines.append("PRACTICE: the texts are simulated, and the money was not spent.")
    if job["reason"]:
        lines.append(f"reason    {job['reason']}")
    settings = job["settings"] or {}
    lines.append(f"ordered   {job['created_at']:%Y-%m-%d %H:%M:%S} UTC by {job['created_by']}")
    times = ("started_at", "finished_at")
    lines += [f"{n.removesuffix('_at'):<9} {job[n]:%Y-%m-%d %H:%M:%S} UTC" for n in times if job[n]]
    lines.append("frozen    " + ", ".join(f"{k} {v}" for k, v in settings.items() if v not in ("", None, {})))
    summary = Summary.read(job["results_summary"] or {})
    if summary is not None:
        lines += [f"{label:<9} {text}" for label, text in summary.facts()]
    if job["calls_of_deleted_rows"]:
        lines.append(f"deleted   {job['calls_of_deleted_rows']} calls belong to rows that were deleted since")
    return safe_text("\n".join(lines)) + "\n\n"


def _item_text(item: Mapping[str, Any]) -> str:
    head = f"#{item['number']} {item['conversation_id']} · {item['persona_name']} · {item['topic']}: {item['status']}"
    lines = [head, "-" * WIDTH]
    if item["error"]:
        lines.append(f"failed: {item['error']}")
    if not item["calls"]:
        lines.append("No call was made.")
    said: dict[str, str] = {}
    for call in item["calls"]:
        lines += _call_lines(call, said)
    return redacted(safe_text("\n".join(lines))) + "\n\n"


def _call_lines(call: Mapping[str, Any], said: dict[str, str]) -> list[str]:
    """One call; what it sends word for word like one before it is named, not printed again."""
    name = f"{stage_words(call['stage'])}, try {call['attempt']}"
    cost = f"${call['cost_microusd'] / 1_000_000:.6f}"
    tokens = f"{call['input_tokens']} tokens in, {call['output_tokens']} out"
    cached = call["cache_read_input_tokens"], call["cache_creation_input_tokens"]
    if any(cached):
        tokens += f", {cached[0]} read from and {cached[1]} written to the cache"
    result = call["stop_reason"] or call["status_code"] or "no answer"
    lines = [
        "",
        f"[{name}]  {call['created_at']:%Y-%m-%d %H:%M:%S} UTC  {call['model']}  {call['duration_ms'] / 1000:.1f} s",
        f"    {result}; {tokens}; {cost}" + (f"; request {call['request_id']}" if call["request_id"] else ""),
    ]
    if call["error_class"]:
        lines.append(f"    {call['error_class']}: {call['error_message']}")
    for key, value in (call["request"] or {}).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if len(text) <= 60 and "\n" not in text:
            lines.append(f"    {key}: {text}")
        elif text in said:
            lines.append(f"    {key}: as in [{said[text]}]")
        else:
            said[text] = name
            lines += [f"  > {key}:", *(f"    {line}" for line in text.splitlines())]
    lines += ["  < answer:", *(f"    {line}" for line in (call["response"] or "(none)").splitlines())]
    return lines
