"""The detail screen: seven tabs with everything a conversation carries, search in them, the way to a finding."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from driving import Opened, footer, messages, until
from textual.pilot import Pilot

from core.browse import Browser
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.pages.record import record_text
from tui.screens.detail import DetailScreen
from tui.widgets.document_view import DocumentView

ALL_LINES = 10**6


def text_of(view: DocumentView) -> str:
    """Everything on the page, not only what is seen."""
    view._wrap_to(ALL_LINES)
    return "\n".join("".join(part for part, _ in line).rstrip() for line in view._lines)


async def detail(app: BrightrunApp, pilot: Pilot[None], *keys: str) -> DetailScreen:
    """The detail screen of the row under the cursor, after some keys."""
    await pilot.press("enter", *keys)
    await until(pilot, lambda: isinstance(app.screen, DetailScreen))
    assert isinstance(app.screen, DetailScreen)
    return app.screen


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["narrow", "wide"])
async def test_every_part_of_the_annotation_is_on_a_tab(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size) as (app, pilot):
        screen = await detail(app, pilot)
        pairs = app.browser.training_pairs("fp_marcus_002")
        pages = {}
        for key in "1234567":
            await pilot.press(key)
            pages[key] = flat(text_of(screen.page))
        for expected in (
            "baby's due in september",  # a quotation that shows an emotion
            "Needs, the most pressing first",
            "anchoring on a colleague",
            "overwhelm .80 → worry .65 · mixed",
            "engagement readiness",
        ):
            assert expected in pages["2"], expected
        for expected in ("settle the fear then define one term", "✗ walking through all 41 pages", "two fact errand"):
            assert expected in pages["3"], expected
        sentences = [s for pair in pairs for s in pair["response_breakdown"]["sentences"]]
        for sentence in sentences:
            for phrase in sentence["word_choice_rationale"]:
                assert f"“{flat(phrase)}”" in pages["4"]
        assert "empathy 4.5" in pages["5"]
        assert "by pack financial_planning" in pages["6"]
        assert '"training_pairs": [' in pages["7"]


async def test_the_facts_stand_before_the_turns_or_beside_them(opened: Opened) -> None:
    async with opened((80, 24)) as (app, pilot):
        screen = await detail(app, pilot)
        text = text_of(screen.page)
        assert text.index("The Overwhelmed Avoider") < text.index("Turn 1 of 3") < text.index("decides")
        assert not screen.side.display
    async with opened((160, 48)) as (app, pilot):
        screen = await detail(app, pilot)
        assert text_of(screen.page).lstrip().startswith("overwhelm .80")
        beside = flat(text_of(screen.side))
        for expected in ("fp_marcus_002", "Software engineer", "individual to advisor", "overwhelm → confidence"):
            assert expected in beside
        await pilot.press("tab", "j", "j")
        assert screen.side.top == 2


async def test_previous_and_next_keep_the_tab(opened: Opened) -> None:
    async with opened() as (app, pilot):
        screen = await detail(app, pilot, "3", "right_square_bracket")
        assert app.main.row is not None and app.main.row.number == 2
        assert screen.tab == "strategy"
        assert "Turn 1 of" in text_of(screen.page)


async def test_the_json_is_valid_and_what_the_file_had(opened: Opened, settings: Settings) -> None:
    async with opened() as (app, _):
        pairs = app.browser.training_pairs("fp_jennifer_001")
        assert json.loads(record_text(pairs)) == {"training_pairs": pairs}
        assert pairs[0]["conversation_metadata"]["client_persona"]


async def test_search_goes_round_and_n_notes_again_after_it(opened: Opened) -> None:
    async with opened() as (app, pilot):
        screen = await detail(app, pilot)
        await pilot.press("slash", *"raccoon", "enter")
        await pilot.pause()
        assert screen.page.wanted == "raccoon"
        first = screen.page._match
        await pilot.press("n")
        assert screen.page._match > first
        await pilot.press("N")
        assert screen.page._match == first
        await pilot.press("5", "n")
        await until(pilot, lambda: "“raccoon” is not here." in footer(app))
        await pilot.press("1", "escape")
        assert screen.page.wanted == "" and app.screen is screen
        await pilot.press("slash", *"no such words", "enter")
        assert screen.page.wanted == ""
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main


def put_quality(settings: Settings, findings: list[dict[str, Any]]) -> None:
    with sqlite3.connect(settings.database) as db:
        db.execute("delete from quality_metrics where conversation_id = 'fp_marcus_002'")
        db.execute(
            "insert into quality_metrics (created_at, created_by, updated_at, conversation_id, checked_at,"
            " checker_version, parts, findings) values (?, 't', ?, 'fp_marcus_002', ?, '1', ?, ?)",
            (*["2026-11-20 10:00:00.000000"] * 3,
             json.dumps([{"name": "voice", "weight": 15.0, "score": 4.5, "reason": "seldom takes up words"},
                         {"name": "pacing", "weight": 10.0, "score": None, "reason": "not measured"}]),
             json.dumps(findings)),
        )  # fmt: skip


async def test_enter_on_a_finding_goes_to_its_place(opened: Opened, settings: Settings) -> None:
    finding = {"severity": "warning", "turn": 2, "role": "advisor", "span": None, "advice": "Say it plainly."}
    put_quality(
        settings,
        [
            {**finding, "check": "conduct", "severity": "gate", "sentence": 2, "message": "promises a return"},
            {**finding, "check": "voice", "turn": 3, "sentence": 1, "message": "a platitude"},
        ],
    )
    async with opened() as (app, pilot):
        assert "✗ turn 2, advisor, sentence 2: promises a return" in "\n".join(
            "".join(text for text, _ in line) for line, _, _ in app.main.reading.on_screen()
        )
        screen = await detail(app, pilot, "5")
        text = text_of(screen.page)
        assert "turn 2, advisor, sentence 2 · conduct" in text
        assert "→  Say it plainly." in text
        assert screen.page.picked["message"] == "promises a return"
        await pilot.press("j")
        assert screen.page.picked["message"] == "a platitude"
        await pilot.press("k", "enter")
        await pilot.pause()
        assert screen.tab == "conversation"
        lit = flat(" ".join("".join(t for t, _ in screen.page._lines[i]) for i in screen.page._lit))
        assert "Dev's bill was real" in lit


async def test_an_annotation_of_any_shape_is_shown(opened: Opened, settings: Settings) -> None:
    with sqlite3.connect(settings.database) as db:
        db.execute(
            "update emotional_contexts set indicators = ?, progression = ?, client_needs = ?, red_flags = ?"
            " where turn_id = 'fp_marcus_002_turn1'",
            (
                json.dumps({"words": "one string \x1b]52;c;evil\x07", "deep": {"a": [1, 2]}, "odd": [None, True]}),
                json.dumps({"from": "panic", "to": ["calm", {"step": 1}]}),
                json.dumps(["a plain need"]),
                json.dumps(["a plain flag", 7]),
            ),
        )
        db.execute('update response_strategies set tactical_choices = \'{"pace": "slow", "x": {"y": 1}}\'')
        db.execute("update response_breakdowns set word_choice_rationale = null where sentence_number = 1")
    async with opened((160, 48)) as (app, pilot):
        screen = await detail(app, pilot, "2")
        text = text_of(screen.page)
        assert "\x1b" not in text and "one string" in text and "a plain need" in text and "a plain flag" in text
        for key in "34567":
            await pilot.press(key)
            assert text_of(screen.page)


async def test_a_planned_row_tells_what_will_be_written(opened: Opened) -> None:
    async with opened((160, 48)) as (app, pilot):
        await pilot.press("G")
        row = app.main.row
        assert row is not None
        facts = app.browser.facts(row.conversation_id)
        assert facts is not None
        shown = flat(" ".join("".join(t for t, _ in line) for line in app.main.reading._lines))
        for expected in (facts.topic_description, facts.session_context, facts.expected_outcome):
            assert expected and flat(expected) in shown
        assert any(label == "work" and flat(text) in shown for label, text in facts.client)
        screen = await detail(app, pilot, "2")
        assert "No turn has its emotions annotated" in text_of(screen.page)
        await pilot.press("1")
        assert screen.reading.display and not screen.page.display


async def test_a_saved_view_of_an_older_version_is_built_anew(settings: Settings, tmp_path: Any) -> None:
    from pathlib import Path

    from core.query import parse

    browser = Browser(Path(settings.database), tmp_path)
    browser.set_view(parse("tier:seed"))
    browser.remember(query="tier:seed")
    again = Browser(Path(settings.database), tmp_path)
    assert again.restore() and again.criteria == parse("tier:seed")
    assert len(again.conversation_ids()) == 10
    del browser._statements["facts"]
    browser.remember()
    assert not Browser(Path(settings.database), tmp_path).restore()


async def test_a_row_that_somebody_took_out_of_the_plan_is_said_to_be_gone(opened: Opened, settings: Settings) -> None:
    async with opened() as (app, pilot):
        await detail(app, pilot)
        assert app.main.row is not None
        with sqlite3.connect(settings.database) as other:
            other.execute("PRAGMA foreign_keys = ON")
            other.execute("DELETE FROM conversations WHERE id = ?", (app.main.row.id,))
        other.close()
        await until(pilot, lambda: app.main.row is None)
        for key in ("a", "y", "R"):
            await pilot.press(key)
            await until(pilot, lambda: messages(app) == ["This row is gone: . in the list builds it again."])
            app.hush()
        await pilot.press("escape", "full_stop")
        await until(pilot, lambda: app.main.row is not None and len(app.main.ids) == 99)
