"""Verdicts are stored with their audit row, guarded against others, and can be taken back and done again."""

import pytest

from core.errors import StaleRowError, TransitionError
from core.services import Services
from core.status import Verdict
from data import audit, conversations
from data.vocabulary import Status


async def _generated(services: Services, *ids: str) -> None:
    """Rows that have a text, without a worker."""
    async with services.database.write() as session:
        for conversation_id in ids:
            row = await conversations.get(session, conversation_id)
            assert row is not None
            await conversations.update_guarded(
                session, conversation_id, row["version"], {"status": Status.GENERATED, "turn_count": 4}, by="t"
            )


async def _row(services: Services, conversation_id: str) -> dict[str, object]:
    async with services.database.read() as session:
        row = await conversations.get(session, conversation_id)
    assert row is not None
    return row


async def test_a_verdict_is_stored_with_who_when_and_an_audit_row(services: Services) -> None:
    await _generated(services, "fp_marcus_007")
    row = await _row(services, "fp_marcus_007")
    done = await services.review.decide(
        "fp_marcus_007",
        Verdict.APPROVE,
        expected_version=row["version"],
        note="good",  # type: ignore[arg-type]
    )
    assert done.text == "approved fp_marcus_007"
    now = await _row(services, "fp_marcus_007")
    assert (now["status"], now["approved_by"], now["reviewer_notes"]) == ("approved", "tester", "good")
    assert now["approved_at"] is not None
    async with services.database.read() as session:
        (entry, *_) = await audit.entries(session, entity_id="fp_marcus_007")
    assert (entry["actor"], entry["action"]) == ("tester", "approve")
    assert (entry["before"]["status"], entry["after"]["status"]) == ("generated", "approved")


async def test_somebody_elses_verdict_is_not_overwritten(services: Services) -> None:
    await _generated(services, "fp_marcus_007")
    row = await _row(services, "fp_marcus_007")
    seen = int(row["version"])  # type: ignore[call-overload]
    await services.review.decide("fp_marcus_007", Verdict.REJECT, expected_version=seen)
    with pytest.raises(StaleRowError, match="rejected now"):
        await services.review.decide("fp_marcus_007", Verdict.APPROVE, expected_version=seen)
    assert (await _row(services, "fp_marcus_007"))["status"] == "rejected"


async def test_what_was_never_written_cannot_be_approved(services: Services) -> None:
    row = await _row(services, "fp_marcus_007")
    with pytest.raises(TransitionError, match="only planned"):
        await services.review.decide("fp_marcus_007", Verdict.APPROVE, expected_version=row["version"])  # type: ignore[arg-type]


async def test_undo_and_redo_walk_back_and_forth(services: Services) -> None:
    await _generated(services, "fp_marcus_007", "fp_marcus_008")
    for conversation_id, verdict in (("fp_marcus_007", Verdict.APPROVE), ("fp_marcus_008", Verdict.REJECT)):
        row = await _row(services, conversation_id)
        await services.review.decide(conversation_id, verdict, expected_version=row["version"])  # type: ignore[arg-type]
    assert services.review.undo_text == "rejected fp_marcus_008"
    await services.review.undo()
    await services.review.undo()
    assert [(await _row(services, i))["status"] for i in ("fp_marcus_007", "fp_marcus_008")] == ["generated"] * 2
    assert await services.review.undo() is None
    await services.review.redo()
    await services.review.redo()
    assert (await _row(services, "fp_marcus_007"))["status"] == "approved"
    assert (await _row(services, "fp_marcus_008"))["status"] == "rejected"
    assert await services.review.redo() is None


async def test_undo_refuses_when_the_row_went_on(services: Services) -> None:
    await _generated(services, "fp_marcus_007")
    row = await _row(services, "fp_marcus_007")
    await services.review.decide("fp_marcus_007", Verdict.APPROVE, expected_version=row["version"])  # type: ignore[arg-type]
    async with services.database.write() as session:
        now = await conversations.get(session, "fp_marcus_007")
        assert now is not None
        await conversations.update_guarded(session, "fp_marcus_007", now["version"], {"reviewer_notes": "x"}, by="b")
    with pytest.raises(StaleRowError):
        await services.review.undo()
    assert (await _row(services, "fp_marcus_007"))["status"] == "approved"


async def test_a_bulk_verdict_names_what_it_skips_and_is_one_undo(services: Services) -> None:
    await _generated(services, "fp_marcus_007", "fp_marcus_008")
    result = await services.review.decide_many(
        ["fp_marcus_007", "fp_marcus_008", "fp_marcus_009", "nobody"], Verdict.APPROVE
    )
    assert result.done == 2
    assert [i for i, _ in result.skipped] == ["fp_marcus_009", "nobody"]
    assert services.review.undo_text == "approved 2 conversations"
    await services.review.undo()
    assert (await _row(services, "fp_marcus_008"))["status"] == "generated"
