"""Again and better by key: regenerate with a note, mend a turn in the editor, put a version back, plan variations."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Opened, answer, messages, settled, until

from core.services import Services
from data import conversations

MARCUS = "fp_marcus_002"
ROW = f'"{MARCUS}"'


async def said(services: Services, turn: int) -> tuple[str, str]:
    async with services.database.read() as session:
        text = await conversations.text_of(session, MARCUS)
    return text.turns[turn - 1]["user_input"], text.turns[turn - 1]["target_response"]


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that changes one word."""
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nsed -i "s/=== advisor ===/=== advisor ===\\nFirst things first./" "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)


@pytest.mark.slow
async def test_a_turn_is_mended_in_the_editor_and_undo_and_history_bring_the_former_text_back(
    opened: Opened, services: Services, to_review: tuple[str, ...], editor: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    async with opened(view=ROW) as (app, pilot):
        monkeypatch.setattr(app, "suspend", nullcontext)  # there is no terminal to hand over in a test
        assert app.main.row is not None and app.main.row.conversation_id == MARCUS
        before = await said(services, 1)
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("m")
        await settled(pilot)
        page = app.screen
        if page.__class__.__name__ == "DetailScreen" and not page._turn():  # type: ignore[attr-defined]
            for _ in range(60):
                await pilot.press("j")
                if page._turn():  # type: ignore[attr-defined]
                    break
            await pilot.press("m")
            await settled(pilot)
        number = page._turn().number if page.__class__.__name__ == "DetailScreen" else 1  # type: ignore[attr-defined]
        await answer(pilot, "n")
        assert (await said(services, number))[1].startswith("First things first.")
        row = app.browser.row(MARCUS)
        assert row is not None and row.status == "generated"
        await pilot.press("u")
        await settled(pilot)
        assert await said(services, 1) == before
        await pilot.press("6")
        await settled(pilot)
        await pilot.press("B")
        await answer(pilot, "y")
        await until(
            pilot,
            lambda: any("restored version" in text or "version" in text for text in [app.services.review.undo_text]),
        )


async def test_an_approved_row_is_reopened_before_it_is_written_again(opened: Opened) -> None:
    async with opened(view=ROW) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: messages(app)[-1] == f"{MARCUS} is approved: U reopens it first.")


@pytest.mark.slow
async def test_variations_are_planned_and_then_shown_with_their_price(opened: Opened, services: Services) -> None:
    async with opened(view=ROW) as (app, pilot):
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("v")
        await answer(pilot, "y")
        await until(pilot, lambda: app.screen.__class__.__name__ == "GenerateDialog")
        planned = app.overview.total
        await answer(pilot, "escape")
        await pilot.press("u")  # none is ordered: one key takes all of them back
        await until(pilot, lambda: app.overview.total == 100)
        assert planned > 101
        await pilot.press("v")
        await answer(pilot, "y")
        await until(pilot, lambda: app.screen.__class__.__name__ == "GenerateDialog")
        await answer(pilot, "y")
        await until(pilot, lambda: app.screen.__class__.__name__ == "DetailScreen")
        await until(pilot, lambda: not app.workers or all(w.is_finished for w in app.workers if w.group == "flow"))
        async with services.database.read() as session:
            row = await conversations.get(session, f"{MARCUS}_v10")
        assert row is not None and (row["status"], row["variation_of"]) == ("queued", MARCUS)
