"""The judge against the people: nothing is claimed below twenty verdicts, and chance is taken off."""

from __future__ import annotations

import sqlite3

from core.quality.agreement import agreement
from core.services import Services


def test_below_twenty_verdicts_nothing_is_claimed() -> None:
    found = agreement([(4.5, True)] * 19)
    assert (found.compared, found.share, found.kappa) == (19, None, None)
    assert found.sentence().startswith("judge and people: not measured (19 of 20")


def test_kappa_takes_off_what_chance_would_give() -> None:
    found = agreement([(4.5, True)] * 10 + [(4.5, False)] * 5 + [(2.0, False)] * 5)
    assert found.share == 0.75
    assert found.kappa is not None and abs(found.kappa - 0.5) < 1e-9


async def test_only_judged_rows_that_people_decided_are_compared(services: Services) -> None:
    with sqlite3.connect(services.settings.database) as db:
        ids = [row[0] for row in db.execute("select conversation_id from conversations where tier <> 'seed' limit 24")]
        for place, conversation_id in enumerate(ids):
            db.execute(
                "update conversations set status = ?, generation_method = 'claude_api', rubric_overall = ? "
                "where conversation_id = ?",
                ("approved" if place % 2 else "rejected", 4.5 if place % 2 else 2.5, conversation_id),
            )
            judged = '{"scores": {}}' if place < 20 else None
            db.execute(
                "insert into quality_metrics"
                " (conversation_id, checked_at, checker_version, judge, created_at, created_by,"
                " updated_at) values (?, '2026-11-20 10:00:00', '2', ?, '2026-11-20', '', '2026-11-20')",
                (conversation_id, judged),
            )
    db.close()
    found = await services.quality.agreement("live")
    assert (found.compared, found.share) == (20, 1.0)
    assert (await services.quality.agreement("practice")).compared == 0
