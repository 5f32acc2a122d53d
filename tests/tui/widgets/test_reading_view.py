"""The reading view: readable text, live text, hostile text, repaints."""

from __future__ import annotations

import pytest
from drawing import HOSTILE, Repaints, check_drawing, make_reading, make_row, text_of
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown

from core.browse import Reading
from tui.pages.setting import share
from tui.widgets.cells import fit, wrap
from tui.widgets.glyphs import emotion_line
from tui.widgets.reading_text import Block, said_so_far
from tui.widgets.reading_view import ReadingView

USER = "I feel silly asking, but is an HSA the same as an FSA?"
ADVISOR = "You are not silly.\n\nAn HSA rolls over; an FSA mostly does not."


class ReadingApp(App[None]):
    """A reading view and nothing else."""

    def compose(self) -> ComposeResult:
        yield ReadingView()

    @property
    def view(self) -> ReadingView:
        return self.query_one(ReadingView)


async def test_a_conversation_reads_as_names_and_text() -> None:
    app = ReadingApp()
    async with app.run_test(size=(100, 30)) as pilot:
        reading = make_reading(47, (USER, ADVISOR), (USER, ADVISOR), quality_score=7.2, needs_review=True)
        parts = ({"name": "turns", "score": 9.0, "reason": ""}, {"name": "variety", "score": 5.5, "reason": "repeats"})
        app.view.show(Reading(reading.row, reading.turns, parts=parts), advisor="Elena Morales")
        await pilot.pause()
        text = text_of(app.view)
        for expected in ("#47 Marcus Thompson", "○ to review ⚑", "◆ 7.2", "weakest: variety 5.5 · repeats"):
            assert expected in text
        assert "hope .50 ─ hope .50" in text
        assert text.count("Marcus  turn") == 2
        assert text.count("Elena") == 2
        assert "Morales" not in text
        check_drawing(app.view)


async def test_a_planned_row_shows_its_plan_and_the_key() -> None:
    app = ReadingApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.view.key_hints["generate"] = "f9"
        app.view.show(make_reading(3), advisor="Elena")
        await pilot.pause()
        text = text_of(app.view)
        assert "confusion → clarity  (0.80 → 0.70)" in text
        assert "insurance" in text
        assert "f9 generates this conversation" in text


async def test_a_failed_row_shows_its_error_and_what_to_do() -> None:
    app = ReadingApp()
    async with app.run_test(size=(60, 30)) as pilot:
        app.view.show(make_reading(3, status="failed", error_message="[/ refused \x1b[2J"), advisor="Elena")
        await pilot.pause()
        assert "! [/ refused ␛[2J" in text_of(app.view)
        assert "x tries again" in text_of(app.view)
        check_drawing(app.view)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("size", [(30, 8), (80, 12), (140, 40)])
async def test_text_from_outside_is_only_text(text: str, size: tuple[int, int]) -> None:
    app = ReadingApp()
    async with app.run_test(size=size) as pilot:
        named = {"persona_name": text, "topic": text, "reviewer_notes": text, "starting_emotion": text}
        for reading in (
            make_reading(1, (text, text), **named),
            make_reading(2, **named),
            make_reading(3, status="failed", error_message=text, **named),
            Reading(make_row(4, status="generating", **named), (), text, f"<turn><user>{text}"),
        ):
            app.view.show(reading, advisor=text)
            await pilot.pause()
            check_drawing(app.view)
            app.view.action_scroll_bottom()
            await pilot.pause()
            check_drawing(app.view)


async def test_live_text_follows_its_end_until_the_person_scrolls_up() -> None:
    app = ReadingApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.show(make_reading(5, status="generating"), advisor="Elena")
        for count in range(1, 40):
            said = "".join(f"line {n}\n" for n in range(count))
            app.view.live(f"calling ({count} tokens)", f"<turn><user>{said}")
            await pilot.pause()
            assert f"line {count - 1}" in text_of(app.view)
            assert f"calling ({count} tokens)" in text_of(app.view)
        app.view.action_scroll_top()
        app.view.live("calling (99 tokens)", f"<turn><user>{said}and more")
        await pilot.pause()
        assert "and more" not in text_of(app.view)
        app.view.action_scroll_bottom()
        app.view.live("parsing", f"<turn><user>{said}and more\nthe end</user>")
        await pilot.pause()
        assert "the end" in text_of(app.view)


async def test_live_text_repaints_only_lines_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ReadingApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.view.show(make_reading(5, status="generating"), advisor="Elena")
        app.view.live("calling", "<turn><user>one\ntwo")
        await pilot.pause()
        repaints = Repaints(app.view, monkeypatch)
        app.view.live("calling", "<turn><user>one\ntwo and three")
        assert len(repaints.lines) == 1
        app.view.live("calling", "<turn><user>one\ntwo and three")
        assert (len(repaints.lines), repaints.whole) == (1, 0)


async def test_showing_the_same_row_again_keeps_the_place() -> None:
    app = ReadingApp()
    async with app.run_test(size=(60, 10)) as pilot:
        reading = make_reading(5, *[(USER, ADVISOR)] * 8)
        app.view.show(reading, advisor="Elena")
        app.view.action_scroll_line(6)
        app.view.show(Reading(reading.row._replace(status="approved"), reading.turns), advisor="Elena")
        assert app.view.top == 6
        app.view.set_top(next(n for n in range(60) if "turn 7" in str(app.view.line_at(n))))
        await pilot.resize_terminal(34, 10)
        await pilot.pause()
        assert "turn 7" in text_of(app.view)
        app.view.show(make_reading(6, (USER, ADVISOR)), advisor="Elena")
        assert app.view.top == 0
        app.view.show(None, advisor="Elena")
        assert not text_of(app.view).strip()


async def test_the_wheel_scrolls_and_a_thumb_shows_where() -> None:
    app = ReadingApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show(make_reading(5, *[(USER, ADVISOR)] * 8), advisor="Elena")
        await pilot.pause()
        assert "▐" in text_of(app.view).splitlines()[0]
        for _ in range(3):
            app.view.post_message(MouseScrollDown(app.view, 5, 5, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert app.view.top == 9
        app.view.action_scroll_bottom()
        await pilot.pause()
        assert "▐" in text_of(app.view).splitlines()[-1]
        app.theme = "textual-light"
        await pilot.pause()
        check_drawing(app.view)


def test_a_long_line_of_emotions_gives_way_in_the_middle() -> None:
    steps = [("guilt", 0.75), ("shame", 0.8), ("tenderness", 0.6), ("permission", 0.55)]
    assert emotion_line(steps, 80) == "guilt .75 ─ shame .80 ─ tenderness .60 ─ permission .55"
    assert emotion_line(steps, 45) == "guilt ─ shame ─ tenderness ─ permission"
    assert emotion_line(steps, 35) == "guilt ─ shame ─ … ─ permission"
    assert emotion_line(steps, 24) == "guilt ─ … ─ permission"


@pytest.mark.parametrize("cut", range(0, 80, 3))
def test_half_tags_are_held_back(cut: int) -> None:
    whole = "<turn>\n<user>Is 3 < 4?</user>\n<advisor>Yes, it is.</advisor>\n</turn>"
    parts = list(said_so_far(whole[:cut], "Marcus", "Elena"))
    text = " ".join(part.text for part in parts if isinstance(part, Block))
    assert not any(tag in text for tag in ("<turn", "<user", "</u", "<adv", "</a"))


@given(st.text(max_size=300), st.integers(2, 60))
def test_wrapping_keeps_every_word_and_every_line_fits(text: str, width: int) -> None:
    safe = " ".join(fit(text, 200).split())
    lines = wrap(safe, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(safe.split())


def test_two_words_never_become_one_and_labels_are_as_wide_as_their_cells() -> None:
    assert wrap("abcdefghi xyz漢漢漢漢漢漢漢", 10) == ["abcdefghi", "xyz漢漢漢", "漢漢漢漢"]
    first, second = Block("x" * 40, "text", 14, "  感情的な反応").lines(40)
    assert [sum(cell_len(text) for text, _ in line) for line in (first, second)] == [40, 28]
    assert share(10**400) is None and share(0.5) == 0.5 and share(True) is None
