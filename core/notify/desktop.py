"""Desktop notifications through the terminal: OSC 9 (iTerm2, kitty, WezTerm) or OSC 777 (foot, urxvt, VTE, Ghostty).

The app writes what this gives to its terminal when a job ends. The text is made harmless first: nothing in it can end
the sequence and begin another one.
"""

from __future__ import annotations

import re

LONGEST = 200
PROTOCOLS = ("off", "osc9", "osc777")
# C0 and C1 controls, and DEL: any of them ends an OSC sequence or begins another.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")


def notification(protocol: str, title: str, body: str, *, in_tmux: bool = False) -> str:
    """The bytes for the terminal, or "" for a protocol that is off. In tmux they are passed through to it."""
    title, body = _plain(title), _plain(body)
    if protocol == "osc777":
        sequence = f"\x1b]777;notify;{title.replace(';', ',')};{body.replace(';', ',')}\x07"
    elif protocol == "osc9":
        # "9;4;…" would be ConEmu's progress bar and "9;1" a sleep, so the text never begins with a figure.
        sequence = f"\x1b]9;{title}: {body}\x07" if not title[:1].isdigit() else f"\x1b]9;: {title}: {body}\x07"
    else:
        return ""
    if in_tmux:  # shown where tmux has allow-passthrough on; dropped by it otherwise
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)[:LONGEST].strip()
