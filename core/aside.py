"""Runs a function of the core in a process that ends with it, so that what it loads and reads does not stay.

The app asks through `run` for what it needs now and then, and what would leave it with tens of megabytes: a preflight,
the figures of a large dataset. The process is killed when nobody waits for it any more, so that such a function writes
nothing but what another run writes again.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import pickle
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

from core.errors import BrightrunError


@contextlib.asynccontextmanager
async def child(*arguments: str, stderr: int = asyncio.subprocess.DEVNULL) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python process with pipes to and from it, which is killed when nobody needs it any more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=stderr
    )
    try:
        yield process
    finally:
        if process.returncode is None:  # `Process.kill` would take the end away from asyncio, which complains
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        try:
            await process.wait()
        finally:  # an app that ends meanwhile cancels the wait; Python would complain of the open pipes on the terminal
            process._transport.close()  # type: ignore[attr-defined]


async def run(function: str, *arguments: object) -> Any:
    """What an `async` function gives, named as `core.module:name`; all values go through pickle.

    Raises what it raises, where that is a BrightrunError; any other failure is told as one.
    """
    async with child("-m", "core.aside", stderr=asyncio.subprocess.PIPE) as process:
        said, trouble = await process.communicate(pickle.dumps((function, arguments)))
    if process.returncode:
        last = trouble.decode(errors="replace").strip().rpartition("\n")[2]
        raise BrightrunError(
            f"A process beside the app failed: {last or f'it ended with {process.returncode}'}.",
            "Try again; brightrun doctor tells when something is missing.",
        )
    answer = pickle.loads(said)  # written by our own process, never by anybody else
    if isinstance(answer, BrightrunError):
        raise answer
    return answer


def _answer() -> None:
    function, arguments = pickle.load(sys.stdin.buffer)
    module, _, name = function.partition(":")
    try:
        answer = asyncio.run(getattr(importlib.import_module(module), name)(*arguments))
    except BrightrunError as error:
        answer = error
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    _answer()
