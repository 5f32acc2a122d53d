"""What memory costs. The app gives it back to the system: asked once, before its first thread, and when screens have
closed. A process that works without end looks for garbage rarely.

glibc gives each thread a heap of its own and keeps what a large list has taken; the app reads lists in threads, and
only one of them runs at a time. Elsewhere nothing is changed.
"""

from __future__ import annotations

import contextlib
import gc
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # the names of malloc.h
_RETURNED_FROM = 128 * 1024  # bytes: glibc's own first value, which it would raise as it goes
# After so many objects more than before, and then how often until the older ones are looked through, too. Python's own
# 700, 10, 10 cost a worker a twelfth of what it computes.
_GARBAGE_AFTER = 10_000, 10, 3


def prepare_memory() -> None:
    """One heap for all threads, large blocks returned as soon as they are free, and no library that nobody needs."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):  # another C library has no mallopt
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _RETURNED_FROM)
        mallopt(_TRIM_THRESHOLD, _RETURNED_FROM)
    _load_hashes_without_openssl()


def _load_hashes_without_openssl() -> None:
    """Have `hashlib` and `hmac`, which SQLAlchemy and Pydantic load, use Python's own: OpenSSL's library takes 3.4 MB.

    Whoever needs TLS later loads it then. Does nothing where `hashlib` is there already.
    """
    if "hashlib" in sys.modules:
        return
    sys.modules["_hashlib"] = None  # type: ignore[assignment]
    try:
        import hashlib  # noqa: F401
        import hmac  # noqa: F401
    finally:
        del sys.modules["_hashlib"]


def give_back() -> None:
    """Find what nobody needs any more, and return it. Takes up to some hundredths of a second."""
    import ctypes

    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def look_rarely_for_garbage() -> None:
    """What is loaded by now is never garbage: leave it out, and look through the rest once in ten thousand objects.

    Next to nothing that a worker throws away refers to itself, so that little piles up meanwhile.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        gc.set_threshold(*_GARBAGE_AFTER)
