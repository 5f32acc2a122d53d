"""A stored judgement follows the facts it was made by, and the checks when they change their mind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from core.quality.report import CHECKER_VERSION
from core.services import Services
from core.status import Verdict
from data import conversations

ID = "fp_marcus_002"


async def judged(services: Services) -> tuple[dict[str, Any], set[str]]:
    async with services.database.read() as session:
        row = await conversations.get(session, ID) or {}
        quality = await conversations.quality_of(session, ID) or {}
    return row, {finding["check"] for finding in quality["findings"] if finding["severity"] == "gate"}


async def test_an_edited_fact_is_judged_at_once_and_undo_takes_the_judgement_back(services: Services) -> None:
    before, gates = await judged(services)
    assert gates == set() and before["ready_for_training"] and not before["needs_review"]
    await services.editing.edit(ID, {"persona": "David Chen", "start": "relief"})
    after, gates = await judged(services)
    assert {"wrong_name", "starting_emotion"} & gates, await judged(services)
    assert after["needs_review"] and not after["ready_for_training"] and after["quality_score"] <= 5
    await services.review.undo()
    again, gates = await judged(services)
    assert gates == set()
    assert [again[name] for name in ("quality_score", "needs_review", "ready_for_training")] == [
        before[name] for name in ("quality_score", "needs_review", "ready_for_training")
    ]


@pytest.mark.slow
async def test_what_an_older_version_of_the_checks_judged_is_judged_again_once(services: Services) -> None:
    async with services.database.write() as session:
        await session.execute(text("update quality_metrics set checker_version = '1', findings = '[]'"))
        await session.execute(
            text("update conversations set quality_score = 3, needs_review = 1 where conversation_id = :id"), {"id": ID}
        )
        version = (await conversations.get(session, ID) or {})["version"]
    outdated = await services.quality.outdated()
    done = await services.quality.check_again()
    assert done.conversations == outdated > 0 and ID in done.changed and done.flagged == ()
    row, _ = await judged(services)
    assert row["quality_score"] >= 8 and not row["needs_review"] and row["version"] == version
    assert (await services.quality.check_again()).conversations == 0
    async with services.database.read() as session:
        found = (await session.execute(text("select distinct checker_version from quality_metrics"))).scalars().all()
        entry = (await session.execute(text("select after from audit_log where action = 'check_again'"))).scalar()
    assert found == [CHECKER_VERSION]
    assert json.loads(str(entry))["conversations"] == outdated


async def test_a_flag_that_a_person_set_survives(services: Services) -> None:
    row, _ = await judged(services)
    await services.review.flag(ID, expected_version=row["version"])
    await services.quality.check_again([ID])
    assert (await judged(services))[0]["needs_review"]


async def test_an_undone_verdict_does_not_make_a_row_ready_that_the_checks_have_turned_down_since(
    services: Services,
) -> None:
    row, _ = await judged(services)
    assert row["ready_for_training"]
    await services.review.decide(ID, Verdict.REJECT, expected_version=row["version"])
    async with services.database.write() as session:
        figures = await conversations.quality_of(session, ID) or {}
        del figures["id"]
        gate = {"check": "blame", "severity": "gate", "message": "", "advice": ""}
        await conversations.put_quality(session, {**figures, "findings": [gate]})
    await services.review.undo()
    back, _ = await judged(services)
    assert (back["status"], back["ready_for_training"]) == ("approved", False)
