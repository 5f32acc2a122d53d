"""In the detail: turns that fold, notes on a turn, facts edited in place, versions compared, calls opened."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from driving import Opened, messages, reached, settled, until
from hostile import ALL, fill
from test_detail import detail, flat, text_of
from textual.widgets import Input, Static

from core.services import Services
from core.settings.fields import Settings
from tui.app import BrightrunApp
from tui.pages.setting import entries, plain
from tui.screens.detail import DetailScreen
from tui.screens.dialogs import NoteDialog
from tui.screens.edit_form import EditForm
from tui.screens.editing import edited_outside
from tui.screens.versions import CallScreen, VersionsScreen
from tui.widgets.wrapped_view import set_lines

ID = "fp_marcus_002"
NOW = "2026-11-20 10:00:00.000000"


def stored(settings: Settings, sql: str) -> Any:
    with sqlite3.connect(settings.database) as db:
        return db.execute(sql).fetchone()[0]


@pytest.mark.slow
async def test_a_turn_folds_to_its_summary_and_search_unfolds_it(opened: Opened) -> None:
    async with opened((160, 48)) as (app, pilot):
        screen = await detail(app, pilot)
        whole = flat(text_of(screen.page))
        await pilot.press("z")
        folded = flat(text_of(screen.page))
        assert folded.count("▸ Turn") == 3 and len(folded) < len(whole) / 3
        assert "overwhelm .80" in folded and "settle the fear then define one term" in folded and "★ 4.5" in folded
        assert screen.page.section == "1"
        await pilot.press("j", "l")  # the next turn, unfolded
        assert screen.page.section == "2"
        assert flat(text_of(screen.page)).count("▸ Turn") == 2
        await pilot.press("slash", *"raccoon", "enter")
        await until(pilot, lambda: "▸ Turn" not in text_of(screen.page) and screen.page._match >= 0)


async def test_where_there_is_no_room_beside_it_the_facts_fold_too(opened: Opened) -> None:
    async with opened((80, 24)) as (app, pilot):
        screen = await detail(app, pilot)
        assert screen.page.section == "about"
        await pilot.press("h")
        seen = "\n".join("".join(text for text, _ in line) for line, _, _ in screen.page.on_screen())
        assert "RSUs and stock options" in seen and "hoped for" not in seen and "Turn 1 of 3" in seen
        await pilot.press("right_square_bracket")
        assert "hoped for" not in text_of(screen.page), "so it stays for the next conversation"
        await pilot.press("g", "l")
        assert "hoped for" in text_of(screen.page)


@pytest.mark.slow
async def test_a_note_on_the_turn_that_is_read_is_stored_shown_and_undone(opened: Opened, settings: Settings) -> None:
    note = f"SELECT note FROM conversation_turns WHERE turn_id = '{ID}_turn2'"
    async with opened((160, 48)) as (app, pilot):
        screen = await detail(app, pilot, "z", "j")
        await pilot.press("n")
        await reached(pilot, NoteDialog)
        await pilot.press(*"too soft", "enter")
        await until(pilot, lambda: stored(settings, note) == "too soft")
        assert "✎ note too soft" in flat(text_of(screen.page))
        assert stored(settings, "SELECT note FROM audit_log ORDER BY id DESC LIMIT 1") == "too soft"
        await pilot.press("u")
        await until(pilot, lambda: stored(settings, note) == "")


async def test_facts_are_edited_in_place_with_completion_and_checks(opened: Opened, settings: Settings) -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("i")
        form: EditForm = await reached(pilot, EditForm)
        form.query_one("#intent", Input).focus()
        await pilot.press("ctrl+u", *"make")
        await until(pilot, lambda: form.query_one("#intent", Input)._suggestion)
        await pilot.press("tab")
        assert form.query_one("#intent", Input).value == "make_decision"
        form.query_one("#tone", Input).value = "shouting"
        await pilot.press("ctrl+s")
        problem = str(form.query_one("#problem", Static).content)
        assert "'shouting' is not known" in problem and "professional" in problem
        assert form.focused is form.query_one("#tone", Input)
        form.query_one("#tone", Input).value = "urgent"
        form.query_one("#topic", Input).value = "A [bold]new[/ topic"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
        assert stored(
            settings, f"SELECT intent || tone || topic FROM conversations WHERE conversation_id = '{ID}'"
        ) == ("make_decisionurgentA [bold]new[/ topic")
        assert app.main.row is not None and app.main.row.topic == "A [bold]new[/ topic"
        await pilot.press("u")
        await until(pilot, lambda: "RSUs" in app.main.row.topic)


@pytest.mark.slow  # the service's test holds it; this one that it is told
async def test_somebody_elses_change_meanwhile_is_told_and_not_overwritten(opened: Opened, settings: Settings) -> None:
    async with opened() as (app, pilot):
        await pilot.press("i")
        form = await reached(pilot, EditForm)
        with sqlite3.connect(settings.database) as db:
            db.execute(
                "UPDATE conversations SET topic = 'theirs', version = version + 1 WHERE conversation_id = ?", (ID,)
            )
        form.query_one("#topic", Input).value = "mine"
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: stored(settings, f"SELECT topic FROM conversations WHERE conversation_id = '{ID}'") == "theirs",
        )
        assert any("changed in the meantime" in text for text in messages(app))


@pytest.mark.slow
async def test_any_two_versions_are_compared_and_a_call_is_opened(opened: Opened, settings: Settings) -> None:
    with sqlite3.connect(settings.database) as db:
        turns = "SELECT turn_number, turn_id, user_input, target_response FROM conversation_turns WHERE turn_id LIKE ?"
        rows = db.execute(turns, (f"{ID}_turn%",)).fetchall()
        for version, (old, new) in enumerate((("raccoon", "badger"), ("raccoon", "heron")), 1):
            whole = {
                "conversation": {"topic": "Former"},
                "turns": [
                    {"turn_number": n, "turn_id": i, "user_input": u.replace(old, new), "target_response": a}
                    for n, i, u, a in rows
                ],
            }
            db.execute(
                "INSERT INTO conversation_versions (created_at, created_by, updated_at, conversation_id, version,"
                " reason, snapshot, by, at) VALUES (?, 't', ?, ?, ?, 'regenerated', ?, 't', ?)",
                (NOW, NOW, ID, version, json.dumps(whole), NOW),
            )
        db.execute(
            "INSERT INTO generation_logs (created_at, created_by, updated_at, conversation_id, stage, attempt, model,"
            " request, response, request_id, stop_reason, input_tokens, output_tokens, cache_creation_input_tokens,"
            " cache_read_input_tokens, cost_microusd, duration_ms, error_class, error_message) VALUES"
            " (?, 't', ?, ?, 'dialogue', 1, 'm', ?, 'the answer', 'r', 'end_turn', 1, 2, 0, 0, 3, 4, '', '')",
            (NOW, NOW, ID, json.dumps({"system": "be kind, sk-ant-secret123456"})),
        )
    async with opened((160, 48)) as (app, pilot):
        screen = await detail(app, pilot, "6")
        await pilot.press("enter")
        versions: VersionsScreen = await reached(pilot, VersionsScreen)
        text = flat(text_of(versions.page))
        assert "heron" in text and "raccoon" in text and "badger" not in text
        await pilot.press("left_square_bracket")  # now → version 2 cannot meet the left one
        assert "raccoon" in text_of(versions.page)
        await pilot.press("h", "left_square_bracket")
        text = flat(text_of(versions.page))
        assert "badger" in text and "heron" in text and "raccoon" not in text
        await pilot.press("n")
        assert versions.page._lit
        await pilot.press("B")  # what is approved is not overwritten, here as in the tab
        await until(pilot, lambda: "reopens it first" in messages(app)[-1])
        await pilot.press("escape")
        assert app.screen is screen
        await pilot.press("G", "j", "j", "enter")
        if not isinstance(app.screen, CallScreen):  # the calls come after the versions
            await pilot.press("escape", "g", "j", "j", "j", "enter")
        call = await reached(pilot, CallScreen)
        text = flat(text_of(call.page))
        assert "the answer" in text and "be kind" in text and "secret123456" not in text
        await pilot.press("slash", *"be kind", "enter")
        assert "line 1 of 1 line with “be kind”" in call.footer.text and "n next" in call.footer.text
        await pilot.press("escape")
        assert app.screen is call and not call.page.wanted


async def test_a_finding_lights_up_the_very_characters_it_is_about(opened: Opened, settings: Settings) -> None:
    message = stored(settings, f"SELECT target_response FROM conversation_turns WHERE turn_id = '{ID}_turn2'")
    word = next(w for w in message.split() if len(w) > 3 and message.count(w) > 1)
    start = message.index(word, message.index(word) + 1)  # the second place of a word that comes twice
    finding = {"check": "x", "severity": "gate", "turn": 2, "role": "advisor", "sentence": None,
               "span": [start, start + len(word)], "message": "here", "advice": ""}  # fmt: skip
    label = {**finding, "check": "emotion_label", "role": "", "span": None, "message": "no such emotion"}
    with sqlite3.connect(settings.database) as db:
        db.execute(
            "UPDATE quality_metrics SET findings = ? WHERE conversation_id = ?", (json.dumps([finding, label]), ID)
        )
    async with opened((160, 48)) as (app, pilot):
        screen = await detail(app, pilot, "5", "enter")
        assert screen.tab == "conversation"
        ((line, (first, last)),) = screen.page._lit.items()
        text = "".join(part for part, _ in screen.page._lines[line])
        assert text[first:last] == word
        before = "".join(message[:start].split())
        shown = "".join("".join("".join(p for p, _ in row).split()) for row in screen.page._lines[:line])
        assert (shown + "".join(text[:first].split())).endswith(before[-60:])
        assert any(part == "▸" for part, _ in screen.page.line_at(line)[0])
        await pilot.press("5", "j", "enter")
        assert screen.tab == "emotions"


def test_a_text_goes_to_the_persons_own_editor_and_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from contextlib import nullcontext

    from core.errors import BrightrunError

    class Suspended:
        def suspend(self) -> Any:
            return nullcontext()

    app: Any = Suspended()
    seen = tmp_path / "seen"
    script = tmp_path / "editor.py"
    script.write_text(
        "import os, sys, pathlib; p = pathlib.Path(sys.argv[1])\n"
        f"pathlib.Path({str(seen)!r}).write_text(f'{{p}} {{oct(p.stat().st_mode)}}')\n"
        "p.write_text(p.read_text() + ' and more\\n')"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    assert edited_outside(app, "one\ntwo", "note") == "one\ntwo and more"
    path, mode = seen.read_text().split()
    assert mode == "0o100600" and not Path(path).exists()
    monkeypatch.delenv("EDITOR")
    with pytest.raises(BrightrunError, match="No editor is set"):
        edited_outside(app, "x", "note")


def test_a_label_that_comes_from_a_file_is_shown_harmlessly() -> None:
    lines = [line for block in entries([(ALL, plain(ALL))], 80) for line in set_lines(block, 80)]  # type: ignore[arg-type]
    assert all(text.isprintable() for line in lines for text, _ in line)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["narrow", "wide"])
async def test_texts_that_command_a_terminal_are_shown_harmlessly_in_every_tab(
    opened: Opened, settings: Settings, size: tuple[int, int]
) -> None:
    fill(Path(settings.database), ID)

    def drawn(app: BrightrunApp) -> str:
        return "".join(segment.text for strip in app.screen._compositor.render_strips() for segment in strip)

    async with opened(size, f"id:{ID}") as (app, pilot):
        screen: DetailScreen = await detail(app, pilot)
        seen = ""
        for key in "1234567":
            await pilot.press(key)
            await settled(pilot)
            seen += drawn(app)
            seen += text_of(screen.page)[:200_000]
        for key in ("1", "z", "n"):
            await pilot.press(key)
        await settled(pilot)
        seen += drawn(app)
        await pilot.press("escape", "i")
        await reached(pilot, EditForm)
        seen += drawn(app)
        await pilot.press("escape", "6", "enter")
        versions = await reached(pilot, VersionsScreen)
        seen += drawn(app) + text_of(versions.page)[:200_000]
        assert "MOVED" in seen and "[type=x, v={'a[0]'}]" in seen
        signs = {sign for sign in seen if not sign.isprintable() and sign not in "\n\xa0"}
        bad = [seen[max(0, at - 80) : at + 20] for sign in signs if (at := seen.index(sign)) >= 0]
        assert not bad, bad


@pytest.mark.slow
async def test_a_reason_leaves_a_note_of_several_lines_as_it_is(
    opened: Opened, services: Services, to_review: tuple[str, ...]
) -> None:
    note = "the first line\nthe second"
    async with opened() as (app, pilot):
        assert app.main.row is not None
        await services.review.note(to_review[0], note, expected_version=app.main.row.version)
        await until(pilot, lambda: app.main.row is not None and app.main.row.reviewer_notes == note)
        await pilot.press("alt+r", "1")
        await until(pilot, lambda: app.browser.row(to_review[0]).status == "rejected")
        assert app.browser.row(to_review[0]).reviewer_notes == note  # type: ignore[union-attr]
