"""The app follows what others write; of a large plan it counts seldom, and never for good too seldom."""

from __future__ import annotations

import pytest
from driving import Opened

from core.services import Services
from core.status import Verdict


async def test_counts_that_cost_much_are_owed_while_others_write_and_right_in_the_end(
    services: Services, opened: Opened, to_review: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.LARGE_PLAN", 50)
    monkeypatch.setattr("tui.database_watch.COUNTS_SHARE", 1e-9)  # as if one count took hours
    monkeypatch.setattr("tui.database_watch.KEY_S", 3600.0)
    first, second, third = to_review
    async with opened() as (app, pilot):
        watch = app.database_watch
        await services.review.decide_many([first], Verdict.APPROVE)
        watch.look()
        assert app.main.row is not None and app.main.row.status == "approved", "the rows are those of now"
        assert app.overview.by_status["generated"] == 3, "the counts are owed"
        await pilot.press("j")
        await services.review.decide_many([second], Verdict.APPROVE)
        watch.look()
        assert app.overview.by_status["generated"] == 1, "to somebody at work they are those of now"
        app.key_time = float("-inf")
        await services.review.decide_many([third], Verdict.APPROVE)
        watch.look()
        watch.look()
        assert app.overview.by_status["generated"] == 1
        watch._counts_due = 0.0  # so long has passed; nobody writes any more
        watch.look()
        assert app.overview.by_status["generated"] == 0
        assert "0 to review" in app.main.header.text
