"""The progress panel: one line or several, errors, repaints."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from drawing import HOSTILE, Repaints, check_drawing, text_of
from textual.app import App, ComposeResult
from textual.widgets import Input

from core.browse import FailedItem, FinishedItem, Job, Progress, RunningItem
from tui.widgets.progress_panel import ProgressPanel

NOW = datetime(2026, 11, 20, 10, 4, tzinfo=UTC)


def make_job(**values: Any) -> Job:
    fields: dict[str, Any] = {
        "id": 3,
        "type": "filtered",
        "provider": "live",
        "status": "running",
        "stop_requested": "",
        "reason": "",
        "total": 50,
        "done": 20,
        "failed": 1,
        "cancelled": 0,
        "estimated_microusd": 1_900_000,
        "actual_microusd": 410_000,
        "reserved_microusd": 0,
        "cap_microusd": 2_000_000,
        "created_at": "2026-11-20 10:00:00",
        "started_at": "2026-11-20 10:00:00",
        "finished_at": None,
        "created_by": "vi",
        "calls": 30,
        "input_tokens": 1,
        "output_tokens": 1,
    }
    return Job(**{**fields, **values})


def make_progress(text: str = "HSA or FSA", errors: int = 2, **values: Any) -> Progress:
    return Progress(
        job=make_job(**values),
        bars={"template": Counter(done=20, failed=1, queued=19), "edge_case": Counter(queued=10)},
        running=(RunningItem(1, 3, "fp_marcus_012", 47, "Marcus", text, "annotation", "annotating turn 2", None),),
        finished=(FinishedItem("fp_marcus_011", 46, "Marcus", text, 8.4, "2026-11-20 10:03:00"),),
        errors=tuple(FailedItem(n, 3, f"fp_david_{n}", n, "David", text, text, 3) for n in range(1, errors + 1)),
        worker_alive=True,
    )


class PanelApp(App[None]):
    """A panel below something that can have the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield Input()
        yield ProgressPanel()

    @property
    def panel(self) -> ProgressPanel:
        return self.query_one(ProgressPanel)

    def on_progress_panel_opened(self, event: ProgressPanel.Opened) -> None:
        self.asked.append(("open", event.conversation_id))

    def on_progress_panel_retried(self, event: ProgressPanel.Retried) -> None:
        self.asked.append(("retry", event.conversation_id))

    def on_progress_panel_dismissed(self, event: ProgressPanel.Dismissed) -> None:
        self.asked.append(("dismiss", event.conversation_id))


@pytest.mark.parametrize("width", [40, 60, 80, 119])
async def test_a_narrow_screen_gets_exactly_one_line(width: int) -> None:
    app = PanelApp()
    async with app.run_test(size=(width, 24)) as pilot:
        app.panel.show(make_progress(), NOW)
        await pilot.pause()
        assert app.panel.outer_size.height == 1
        line = text_of(app.panel)
        for part in ("21/50 42 %", "#47", "6 min", "$0.41/2.00", "2!"):
            assert part in line


async def test_a_wide_screen_gets_the_whole_state() -> None:
    app = PanelApp()
    async with app.run_test(size=(160, 48)) as pilot:
        app.panel.show(make_progress(errors=5), NOW)
        await pilot.pause()
        text = text_of(app.panel)
        assert 6 <= app.panel.outer_size.height <= 8
        for part in ("21 of 50, 42 %", "1 failed", "about 6 min left", "cap $2.00 (20 %)", "#47 Marcus", "template"):
            assert part in text
        assert "▲ 8.4 #46" in text
        assert "2 more" in text
        check_drawing(app.panel)
    job, put_back = make_job(), NOW - timedelta(hours=1)
    assert Progress(job=job).seconds_left(put_back) is None
    pace = tuple(f"2026-11-20 10:0{minute}:00" for minute in range(4))
    assert Progress(job=job, pace=pace).seconds_left(put_back) == 29 * 60


async def test_practice_and_trouble_are_said() -> None:
    app = PanelApp()
    async with app.run_test(size=(160, 48)) as pilot:
        app.panel.show(make_progress(provider="simulated", status="paused", reason="cap reached"), NOW)
        await pilot.pause()
        assert "~$0.41 of about" in text_of(app.panel)
        assert "simulated, nothing is spent" in text_of(app.panel)
        assert "paused: cap reached" in text_of(app.panel)


async def test_without_a_job_there_is_nothing_and_after_one_a_quiet_line() -> None:
    app = PanelApp()
    async with app.run_test(size=(160, 48)) as pilot:
        app.panel.show(Progress(), NOW)
        await pilot.pause()
        assert not app.panel.display
        app.panel.show(Progress(job=make_job(status="completed", done=49)), NOW)
        await pilot.pause()
        assert text_of(app.panel).strip() == "Job 3 is done: 49 of 50 written, 1 failed · $0.41"
        assert not app.panel.can_focus


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_errors_are_chosen_opened_retried_and_dismissed(size: tuple[int, int]) -> None:
    app = PanelApp()
    async with app.run_test(size=size) as pilot:
        app.panel.show(make_progress(errors=6), NOW)
        app.panel.focus()
        await pilot.press("down", "j", "j", "enter", "up", "r", "d")
        assert app.asked == [("open", "fp_david_4"), ("retry", "fp_david_3"), ("dismiss", "fp_david_3")]
        assert "3 of 6" in text_of(app.panel)
        app.panel.show(make_progress(errors=0), NOW)
        await pilot.pause()
        assert not app.panel.has_focus


async def test_the_same_state_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = PanelApp()
    async with app.run_test(size=(160, 48)) as pilot:
        app.panel.show(make_progress(), NOW)
        await pilot.pause()
        repaints = Repaints(app.panel, monkeypatch)
        app.panel.show(make_progress(), NOW)
        assert (repaints.lines, repaints.whole) == ([], 0)
        app.panel.show(make_progress(actual_microusd=420_000), NOW)
        assert (repaints.lines, repaints.whole) == ([1], 0)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("size", [(40, 20), (160, 48)])
async def test_text_from_outside_is_only_text(text: str, size: tuple[int, int]) -> None:
    app = PanelApp()
    async with app.run_test(size=size) as pilot:
        app.panel.show(make_progress(text, reason=text, status="paused"), NOW)
        app.panel.focus()
        await pilot.pause()
        check_drawing(app.panel)
