"""The whole loop by keys alone in a real terminal: generate, filter, approve thirty marked rows, export only those.

And two people on one database: what one decides the other sees, and neither overwrites it.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from terminals import Looker, Tmux, order_all_practice, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: there is no terminal to sit at"),
]


def _generate_all(tmux: Tmux, look: Looker, brightrun: str) -> None:
    order_all_practice(tmux, brightrun)
    wait_for(lambda: look.count("generated") == 90, "the ninety conversations", 300)
    tmux.see("of what was begun")  # the summary of the job opens by itself
    time.sleep(1.0)
    tmux.press("Escape")
    time.sleep(0.5)  # a key right behind it would be alt with that key


def test_thirty_marked_rows_are_approved_audited_and_exported_by_keys(
    brightrun: str, environment: dict[str, str], home: Path, database: Path
) -> None:
    tmux = Tmux(f"brightrun-{home.parent.name}-{time.monotonic_ns()}", environment, home)
    look = Looker(database)
    try:
        _generate_all(tmux, look, brightrun)
        tmux.press("/")
        tmux.type("persona:mixed quality:<10 is:to_review")
        tmux.see("Keep")
        tmux.press("Enter")
        tmux.see("persona:mixed ✕")
        tmux.press(*["Space"] * 30)
        tmux.see("30 marked")
        tmux.press("B")
        tmux.see("With 30 marked rows")
        time.sleep(0.3)
        tmux.press("Enter")
        tmux.see("Approve 30")
        time.sleep(0.3)
        tmux.press("Right", "Enter")
        wait_for(lambda: look.count("approved") == 40, "the verdicts")
        acts = look.rows("SELECT actor, at, entity_id FROM audit_log WHERE action = 'approve'")
        assert len(acts) == 30 and {actor for actor, _, _ in acts} == {"newcomer"} and all(at for _, at, _ in acts)
        approved = {conversation_id for _, _, conversation_id in acts}
        tmux.press("/")
        tmux.see("Keep")
        tmux.press("C-u")
        tmux.see("100 of 100")
        tmux.type("status:approved reviewer:newcomer")
        tmux.see("30 of 100")
        tmux.press("Enter")
        tmux.see("30 of 100")
        tmux.press("E")
        tmux.see("Export for training")
        tmux.see("approved rows of the filter")
        tmux.see("30 approved rows are simulated")
        tmux.press("i")
        tmux.see("30 conversations")
        tmux.press("C-s")
        wait_for(lambda: list((home / "export").rglob("*manifest*")), "the export")
        tmux.press("q")
    finally:
        tmux.kill()
    found = set()
    for path in (home / "export").rglob("*.json"):
        pairs = json.loads(path.read_text()).get("training_pairs", [])
        found |= {str(pair["id"]).rpartition("_turn")[0] for pair in pairs}
    assert found == approved


def test_two_people_on_one_database_see_and_keep_each_others_verdicts(
    brightrun: str, environment: dict[str, str], home: Path, database: Path
) -> None:
    look = Looker(database)
    first = Tmux(f"first-{home.parent.name}-{time.monotonic_ns()}", environment, home)
    anna = {**environment, "BRIGHTRUN_REVIEWER": "anna", "XDG_STATE_HOME": str(home / "anna")}
    second = Tmux(f"second-{home.parent.name}-{time.monotonic_ns()}", anna, home)
    try:
        _generate_all(first, look, brightrun)
        first.press("t")
        first.see("is:to_review ✕")
        second.start([brightrun, "--view", "is:to_review sort:review"])
        second.see("90 of 100")
        second.see("Approve")  # everything is loaded
        second.press("a")
        wait_for(lambda: look.count("approved") == 11, "anna's verdict")
        first.see("anna made")
        first.press("r")
        first.see("again overrules")
        assert look.rows("SELECT DISTINCT actor FROM audit_log WHERE action IN ('approve', 'reject')") == [("anna",)]
        first.press("j")
        approvals = "SELECT count(*) FROM audit_log WHERE action = 'approve'"

        def nine_are_decided() -> bool:
            """Whether that is so; if not yet, both decide once more: of two keys for the same row only one counts."""
            second.press("a")
            first.press("a")
            time.sleep(0.3)  # a key typed ahead would not count
            return bool(look.one(approvals) >= 9)

        wait_for(nine_are_decided, "the verdicts")
        time.sleep(1.0)
        verdicts = "SELECT entity_id FROM audit_log WHERE action = 'approve' GROUP BY 1 HAVING count(*) > 1"
        assert look.rows(verdicts) == [], "nobody decided what the other had decided"
        look.check()
    finally:
        first.kill()
        second.kill()
