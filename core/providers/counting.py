"""Counts the tokens of prompts with the service itself, in a process of its own: its SDK is too heavy for the app.

`count` is for the preflight of live orders. It never raises: without key, network or answer in time the caller keeps
its own estimate and is told why. The process reads requests from stdin and prints figures; the key is looked up there,
never handed on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from core.aside import child
from core.providers.port import CallFailed, Request

AT_ONCE = 4
ANSWER_S = 8.0  # per request
ALL_S = 15.0  # a person waits for it


@dataclass(frozen=True)
class Counted:
    """The input tokens of each request, None where the service did not say; `trouble` is why."""

    tokens: Sequence[int | None]
    trouble: str = ""


async def count(requests: Sequence[Request], key_file: str) -> Counted:
    """The input tokens of each request as the service counts them."""
    nothing: list[int | None] = [None] * len(requests)
    if not requests:
        return Counted(nothing)
    work = json.dumps({"key_file": key_file, "requests": [asdict(request) for request in requests]})
    try:
        async with child("-m", "core.providers.counting") as process:
            said, _ = await asyncio.wait_for(process.communicate(work.encode()), ALL_S)
        found = json.loads(said)
    except TimeoutError:
        return Counted(nothing, f"the service did not count them within {ALL_S:.0f} s")
    except ValueError:
        return Counted(nothing, "the service could not be asked to count them")
    tokens = [int(n) if isinstance(n, int) else None for n in found["tokens"]]
    return Counted(tokens, found["trouble"])


async def _count_all(key_file: str, requests: list[Request]) -> Counted:
    from core.providers.anthropic_api import AnthropicProvider
    from core.settings.keys import find_access

    access = find_access(key_file)
    if access is None:
        return Counted([None] * len(requests), "there is no API key")
    trouble = ""
    provider, gate = AnthropicProvider(access.key, access.base_url), asyncio.Semaphore(AT_ONCE)

    async def one(request: Request) -> int | None:
        nonlocal trouble
        async with gate:
            try:
                return await provider.count_tokens(request, timeout=ANSWER_S)
            except CallFailed as error:
                trouble = error.message.rstrip(".")
                return None

    try:
        return Counted(await asyncio.gather(*(one(request) for request in requests)), trouble)
    finally:
        await provider.close()


if __name__ == "__main__":
    given = json.load(sys.stdin)
    figures = asyncio.run(_count_all(given["key_file"], [Request(**r) for r in given["requests"]]))
    sys.stdout.write(json.dumps(asdict(figures)))
