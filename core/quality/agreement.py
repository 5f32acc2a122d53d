"""How far the judge and the people agree: its mean score against their verdicts, once there are enough of both.

`QualityService` asks for it, `brightrun quality` shows it. Pure; below twenty verdicts nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LEAST = 20  # verdicts below which a share would be chance
APPROVES_FROM = 3.5  # the judge's mean, of 5, from which it counts as for the conversation


@dataclass(frozen=True)
class Agreement:
    """`share` is that of verdicts in which both agree, `kappa` the same corrected for chance; None: too few."""

    compared: int
    share: float | None
    kappa: float | None

    def sentence(self) -> str:
        """One line for people."""
        if self.share is None:
            return f"judge and people: not measured ({self.compared} of {LEAST} verdicts on judged conversations)"
        chance = "" if self.kappa is None else f", kappa {self.kappa:.2f}"
        return f"judge and people agree in {self.share:.0%} of {self.compared} verdicts{chance}"


def agreement(verdicts: Iterable[tuple[float, bool]]) -> Agreement:
    """From the judge's mean (1 to 5) and whether a person approved. Kappa after Cohen (1960); None without variance.

    >>> agreement([(4.5, True)] * 15 + [(2.0, False)] * 5).sentence()
    'judge and people agree in 100% of 20 verdicts, kappa 1.00'
    """
    pairs = [(mean >= APPROVES_FROM, approved) for mean, approved in verdicts]
    count = len(pairs)
    if count < LEAST:
        return Agreement(count, None, None)
    share = sum(1 for judge, person in pairs if judge == person) / count
    judged, approved = sum(judge for judge, _ in pairs) / count, sum(person for _, person in pairs) / count
    chance = judged * approved + (1 - judged) * (1 - approved)
    return Agreement(count, share, None if chance == 1 else (share - chance) / (1 - chance))
