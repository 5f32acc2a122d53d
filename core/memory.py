"""Asks the C library to give memory back. The app calls it once, before its first thread.

glibc gives each thread a heap of its own and keeps what a large list has taken; the app reads lists in threads, and
only one of them runs at a time. Elsewhere nothing is changed.
"""

from __future__ import annotations

import contextlib

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # the names of malloc.h
_RETURNED_FROM = 128 * 1024  # bytes: glibc's own first value, which it would raise as it goes


def give_back_early() -> None:
    """One heap for all threads, and large blocks returned as soon as they are free."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):  # another C library has no mallopt
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _RETURNED_FROM)
        mallopt(_TRIM_THRESHOLD, _RETURNED_FROM)
