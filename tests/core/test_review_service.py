"""Verdicts are stored with their audit row, guarded against others, and can be taken back and done again."""

import pytest

from core.errors import NotFoundError, StaleRowError, TransitionError
from core.review.acts import Act
from core.review.pace import Pace
from core.review.service import ReviewService
from core.services import Services
from core.status import Verdict
from data import audit, conversations, versions
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
    assert services.review.undo_text == "reject fp_marcus_008"
    await services.review.undo()
    await services.review.undo()
    assert [(await _row(services, i))["status"] for i in ("fp_marcus_007", "fp_marcus_008")] == ["generated"] * 2
    assert await services.review.undo() is None
    await services.review.redo()
    await services.review.redo()
    assert (await _row(services, "fp_marcus_007"))["status"] == "approved"
    assert (await _row(services, "fp_marcus_008"))["status"] == "rejected"
    assert await services.review.redo() is None


async def test_several_steps_on_one_row_are_all_taken_back_and_done_again(services: Services) -> None:
    row_id = "fp_marcus_007"
    await _generated(services, row_id)
    await _decided(services, row_id, Verdict.REJECT)
    row = await _row(services, row_id)
    await services.review.give_reason(row_id, "facts", expected_version=row["version"])  # type: ignore[arg-type]
    await _decided(services, row_id, Verdict.APPROVE)
    for _ in range(2):
        for status, reason in (("rejected", "facts"), ("rejected", ""), ("generated", "")):
            await services.review.undo()
            row = await _row(services, row_id)
            assert (row["status"], row["verdict_reason"]) == (status, reason)
        for status, reason in (("rejected", ""), ("rejected", "facts"), ("approved", "")):
            await services.review.redo()
            row = await _row(services, row_id)
            assert row["status"] == status and row["verdict_reason"] in {reason, "facts"}
    await services.review.undo()
    anna = ReviewService(services.database, "anna")
    row = await _row(services, row_id)
    await anna.decide(row_id, Verdict.NEEDS_EDIT, expected_version=row["version"])  # type: ignore[arg-type]
    await anna.undo()
    with pytest.raises(StaleRowError):  # what somebody else did and took back is not seen through
        await services.review.undo()


async def test_deleting_what_was_decided_before_is_taken_back_together_with_the_verdict(services: Services) -> None:
    seed = "fp_marcus_002"
    await _decided(services, seed, Verdict.REOPEN)
    for remove in (False, True):
        assert (await services.review.delete([seed], remove=remove)).done == 1
        await services.review.undo()
    await services.review.undo()
    assert (await _row(services, seed))["status"] == "approved"


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
    assert services.review.undo_text == "approve 2 conversations"
    await services.review.undo()
    assert (await _row(services, "fp_marcus_008"))["status"] == "generated"


async def _decided(services: Services, conversation_id: str, verdict: Verdict) -> None:
    row = await _row(services, conversation_id)
    await services.review.decide(conversation_id, verdict, expected_version=row["version"])  # type: ignore[arg-type]


async def test_what_was_done_before_a_restart_can_be_undone_and_done_again(services: Services) -> None:
    await _generated(services, "fp_marcus_007", "fp_marcus_008", "fp_marcus_009")
    await _decided(services, "fp_marcus_007", Verdict.APPROVE)
    await services.review.decide_many(["fp_marcus_008", "fp_marcus_009"], Verdict.REJECT, reason="facts")
    await services.review.undo()
    later = ReviewService(services.database, "tester")
    await later.recall()
    assert (later.undo_text, later.redo_text) == ("approve fp_marcus_007", "reject 2 conversations")
    await later.redo()
    row = await _row(services, "fp_marcus_009")
    assert (row["status"], row["verdict_reason"], row["reviewed_by"]) == ("rejected", "facts", "tester")
    await later.undo()
    await later.undo()
    row = await _row(services, "fp_marcus_007")
    assert (row["status"], row["approved_by"], row["approved_at"]) == ("generated", "", None)
    somebody = ReviewService(services.database, "somebody")
    await somebody.recall()
    assert somebody.undo_text == ""


async def test_undo_of_many_leaves_those_that_somebody_changed_since_and_names_them(services: Services) -> None:
    await _generated(services, "fp_marcus_007", "fp_marcus_008")
    await services.review.decide_many(["fp_marcus_007", "fp_marcus_008"], Verdict.APPROVE)
    anna = ReviewService(services.database, "anna")
    row = await _row(services, "fp_marcus_008")
    await anna.decide("fp_marcus_008", Verdict.REJECT, expected_version=row["version"])  # type: ignore[arg-type]
    done = await services.review.undo()
    assert done is not None and done.conversation_ids == ("fp_marcus_007",)
    assert done.left == (("fp_marcus_008", "was changed in the meantime by anna: it is rejected now."),)
    assert (await _row(services, "fp_marcus_008"))["status"] == "rejected"


async def test_a_bulk_act_leaves_rows_that_moved_on_since_they_were_shown(services: Services) -> None:
    await _generated(services, "fp_marcus_007", "fp_marcus_008")
    plan = await services.review.plan(["fp_marcus_007", "fp_marcus_008", "fp_marcus_009"], Act.APPROVE)
    assert [row.conversation_id for row in plan.takes] == ["fp_marcus_007", "fp_marcus_008"]
    assert plan.skipped[0][0] == "fp_marcus_009" and "only planned" in plan.skipped[0][1]
    assert plan.remarks == ("2 would not be ready for training: a gate failed or annotation is missing.",)
    await _decided(services, "fp_marcus_008", Verdict.REJECT)
    result = await services.review.apply([row.conversation_id for row in plan.takes], Act.APPROVE, seen=plan.seen)
    assert result.done == 1 and "in the meantime" in result.skipped[0][1]
    assert (await _row(services, "fp_marcus_008"))["status"] == "rejected"


@pytest.mark.parametrize("remove", [False, True])
async def test_what_is_deleted_is_kept_whole_and_undo_brings_it_back(services: Services, remove: bool) -> None:
    seed = "fp_marcus_002"
    refused = await services.review.delete([seed], remove=remove)
    assert refused.done == 0 and "is approved" in refused.skipped[0][1]
    await _decided(services, seed, Verdict.REOPEN)
    async with services.database.read() as session:
        before = await versions.snapshot(session, seed)
    assert (await services.review.delete([seed], remove=remove)).done == 1
    async with services.database.read() as session:
        gone = await versions.snapshot(session, seed)
        (kept, *_) = await versions.versions_of(session, seed)
    assert gone["turns"] == []
    assert gone["conversation"] is None if remove else gone["conversation"]["status"] == "planned"
    assert (kept["reason"], kept["snapshot"]["turns"]) == ("deleted", before["turns"])
    await services.review.undo()
    async with services.database.read() as session:
        after = await versions.snapshot(session, seed)
    moved = {"version", "updated_at"}
    assert {k: v for k, v in after["conversation"].items() if k not in moved} == {
        k: v for k, v in before["conversation"].items() if k not in moved
    }
    own = {"id", "created_at", "created_by", "updated_at"}
    for part in ("turns", "emotions", "strategies", "sentences"):
        assert [{k: v for k, v in row.items() if k not in own} for row in after[part]] == [
            {k: v for k, v in row.items() if k not in own} for row in before[part]
        ]
    await services.review.redo()
    await services.review.undo()
    assert (await _row(services, seed))["turn_count"] == before["conversation"]["turn_count"]


async def test_a_reason_is_kept_with_the_verdict_or_given_after_it_and_counted_per_template(services: Services) -> None:
    await _generated(services, "fp_marcus_007", "fp_marcus_008")
    await services.review.decide_many(["fp_marcus_007"], Verdict.REJECT, reason="boundary")
    await _decided(services, "fp_marcus_008", Verdict.NEEDS_EDIT)
    row = await _row(services, "fp_marcus_008")
    await services.review.give_reason("fp_marcus_008", "facts", expected_version=row["version"])  # type: ignore[arg-type]
    counts = {(c.status, c.reason): c.rows for c in await services.review.reasons()}
    assert counts == {("rejected", "boundary"): 1, ("needs_edit", "facts"): 1}
    await services.review.undo()
    assert (await _row(services, "fp_marcus_008"))["verdict_reason"] == ""
    with pytest.raises(NotFoundError, match="is no reason"):
        await services.review.decide_many(["fp_marcus_008"], Verdict.REJECT, reason="bored")
    row = await _row(services, "fp_marcus_009")
    with pytest.raises(TransitionError, match="neither rejected nor"):
        await services.review.give_reason("fp_marcus_009", "facts", expected_version=row["version"])  # type: ignore[arg-type]


async def test_the_note_of_a_turn_is_guarded_audited_and_undone(services: Services) -> None:
    row = await _row(services, "fp_marcus_002")
    version = int(row["version"])  # type: ignore[call-overload]
    await services.review.note_turn("fp_marcus_002", 1, "too long", expected_version=version)
    with pytest.raises(StaleRowError):
        await services.review.note_turn("fp_marcus_002", 1, "other", expected_version=version)
    assert services.review.undo_text == "note on turn 1 of fp_marcus_002"
    await services.review.undo()
    async with services.database.read() as session:
        text = await conversations.text_of(session, "fp_marcus_002")
    assert text.turns[0]["note"] == ""
    await services.review.redo()
    async with services.database.read() as session:
        text = await conversations.text_of(session, "fp_marcus_002")
    assert text.turns[0]["note"] == "too long"


def test_the_pace_counts_work_and_no_pause() -> None:
    pace = Pace()
    pace.begin(0)
    for minute in range(1, 5):
        pace.add(minute * 60)
    assert pace.text(60) == "4 reviewed, 60/h, about 60 min left"
    pace.add(4 * 60 + 3600)  # after lunch
    assert pace.text(0) == "5 reviewed, 60/h"
    pace.take_back()
    assert pace.text(240) == "4 reviewed, 60/h, about 4 h left"


async def test_a_step_on_many_rows_is_taken_back_whole_after_later_steps_on_one_of_them_were(
    services: Services,
) -> None:
    ids = ("fp_marcus_007", "fp_marcus_008", "fp_marcus_011")
    await _generated(services, *ids)
    await services.review.decide_many(ids, Verdict.REJECT)
    for row_id in ids[1:]:  # also behind the first, whose audit row begins the step
        row = await _row(services, row_id)
        await services.review.flag(row_id, expected_version=row["version"])  # type: ignore[arg-type]
    for _ in ids[1:]:
        await services.review.undo()
    done = await services.review.undo()
    assert done is not None and (set(done.conversation_ids), done.left) == (set(ids), ())
    assert {(await _row(services, row_id))["status"] for row_id in ids} == {"generated"}
