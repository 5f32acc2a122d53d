"""Named places where a test lets the worker die, as a power cut would: no clean-up, no goodbye.

The pipeline passes them at the seams of a call. Without BRIGHTRUN_FAILPOINT in the environment they do nothing.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

NAMES = (
    "after-claim",
    "before-reserve",
    "after-reserve",
    "before-call",
    "after-call",
    "before-commit",
    "after-commit",
    "before-finish",
    "after-finish",
)
ENVIRONMENT = "BRIGHTRUN_FAILPOINT"  # as in "after-call:3": at the third time it is passed
_passed: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die here, if this is the place and the time."""
    place, _, times = os.environ.get(ENVIRONMENT, "").partition(":")
    if name == place:
        _passed[name] += 1
        if _passed[name] == int(times or 1):
            os.kill(os.getpid(), signal.SIGKILL)
