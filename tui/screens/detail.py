"""One conversation on the whole screen, with its facts, quality, calls and record. It follows the main list's cursor,
so that previous, next and the verdicts mean the same in both places.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from core.browse import Reading, Row, local_time
from core.text.terminal import safe_line, safe_text
from tui.figures import dollars, duration
from tui.keymap import BY_ID, COMMANDS, Command
from tui.screens.bars import Bar, link, spread
from tui.screens.generating import GenerateCommands
from tui.screens.layout import MESSAGE_S, WIDE
from tui.screens.outside import OutsideCommands
from tui.screens.reviewing import ReviewCommands
from tui.widgets.glyphs import arc_text, score_cell, stars, status_cell
from tui.widgets.reading_view import ReadingView

if TYPE_CHECKING:
    from tui.app import BrightrunApp

TABS = {"conversation": "Conversation", "quality": "Quality", "history": "History", "json": "JSON"}


class DetailScreen(ReviewCommands, GenerateCommands, OutsideCommands):
    """Tabs over one conversation."""

    WHERE: ClassVar[str] = "detail"
    AUTO_FOCUS: ClassVar[str | None] = "#whole"

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.header, self.tabs, self.footer = Bar(id="header"), Bar(id="tabs"), Bar(id="footer")
        self.reading = ReadingView(id="whole")
        self.facts = Static("", id="facts", markup=False)
        self.text = Static("", id="text", markup=False)
        self.tab = "conversation"
        self._shown: Row | None = None

    @property
    def row(self) -> Row | None:
        """The row under the main list's cursor."""
        return self.bright.main.row

    def compose(self) -> ComposeResult:
        """Header, tabs, body, keys."""
        yield self.header
        yield self.tabs
        with Horizontal(id="body"):
            yield self.reading
            with VerticalScroll(id="side", can_focus=False):
                yield self.facts
        with VerticalScroll(id="page"):
            yield self.text
        yield self.footer

    def on_mount(self) -> None:
        """Show the row and follow the list from here on."""
        self.bright.main.follower = self
        self.draw()

    def on_unmount(self) -> None:
        """The list goes on alone."""
        self.bright.main.follower = None

    def on_resize(self) -> None:
        """The facts stand at the side where there is room."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.draw()

    def draw(self) -> None:
        """Show the row as it is now."""
        row = self.row
        browser = self.bright.browser
        reading = browser.reading(row) if row is not None else None
        self.set_class(self.tab == "conversation", "-reading")
        if self.tab == "conversation":
            self.reading.show(reading, advisor=self.bright.main.advisor)
            if reading is not None:
                self.facts.update(_facts(reading, wide=self.has_class("-wide")))
        elif reading is not None:
            page = {"quality": _quality, "history": self._history, "json": _record}[self.tab]
            self.text.update(page(reading))
            if row != self._shown:
                self.query_one("#page").scroll_home(animate=False)
        self._shown = row
        self._draw_bars()

    def live(self, row: Row) -> None:
        """The row changed under the reader, or grows."""
        if row.status in ("queued", "generating") and self._shown is not None and row.status == self._shown.status:
            reading = self.bright.browser.reading(row)
            self.reading.live(reading.live_step, reading.live_text)
            self._shown = row
        elif row != self._shown:
            self.draw()

    def _draw_bars(self) -> None:
        row, main, width = self.row, self.bright.main, self.app.size.width
        if row is not None:
            left = [Content.assemble((" #", "$foreground 60%"), (str(row.number), "bold"), "  ", row.conversation_id)]
            left.append(Content.assemble("  ", (safe_line(row.topic, 80), "$foreground 60%")))
            place = f"{main.table.position + 1:,} of {main.table.total:,} "
            self.header.show(spread(left, [(f"{status_cell(row)[0]}  ", "bold"), (place, "$foreground 60%")], width))
        parts = [" "]
        keymap = self.bright.keymap
        tabs: list[Any] = list(parts)
        for name, words in TABS.items():
            style = "bold $text on $primary 35%" if name == self.tab else "$foreground 60%"
            tabs += [link(f" {keymap.key(f'tab.{name}')} {words} ", style, f"screen.run('tab.{name}')"), " "]
        self.tabs.show(Content.assemble(*tabs))
        self.draw_footer()

    def draw_footer(self) -> None:
        """The keys that make sense now."""
        shown = [c for c in COMMANDS if c.footer and self.WHERE in c.where.split() and not self.why_not(c)]
        content, width = Content(" "), self.app.size.width
        back = Content.assemble(("esc", "bold $text-accent"), (" Back  ", "$foreground 60%"))
        content = Content.assemble(content, back)
        tail = self._key_words(BY_ID["app.help"])
        for command in sorted(shown, key=lambda c: c.footer):
            part = self._key_words(command)
            if command.id == "app.help":
                continue  # it stands last and always fits
            if content.cell_length + part.cell_length + tail.cell_length > width:
                break
            content = Content.assemble(content, part)
        self.footer.show(Content.assemble(content, tail))

    def _key_words(self, command: Command) -> Content:
        key = self.bright.keymap.key(command.id)
        return Content.assemble(
            link(key, "bold $text-accent", f"screen.run('{command.id}')"), (f" {command.label}  ", "$foreground 60%")
        )

    def say(self, text: str) -> None:
        """Tell it in the footer."""
        self.footer.show(Content.styled(f" {safe_line(text, 300)}", "bold $text-success"))
        self.set_timer(MESSAGE_S, self.draw_footer)

    def _history(self, reading: Reading) -> Content:
        lines = [Content.styled("Calls made for this conversation", "bold"), Content("")]
        attempts = self.bright.browser.attempts(reading.row.conversation_id)
        for at, stage, attempt, model, stop, status, tokens_in, tokens_out, cost, took, _, error, request in attempts:
            head = f"{local_time(str(at)):<7}{stage:<12}try {attempt}  {safe_line(model, 30)}"
            lines.append(Content.styled(head, "bold"))
            figures = f"{tokens_in:,} tokens in, {tokens_out:,} out, {dollars(cost)}, {duration(took / 1000)}"
            lines.append(
                Content.styled(f"       {figures}, {stop or status or ''} {safe_line(request, 40)}", "$foreground 60%")
            )
            if error:
                lines.append(Content.styled(f"       {safe_line(error, 300)}", "$text-error"))
        if not attempts:
            lines.append(
                Content.styled("None: it was written by hand, imported, or is still planned.", "$foreground 60%")
            )
        return Content("\n").join(lines)

    # Commands

    def do_move_next(self) -> None:
        """The next conversation of the list."""
        self.bright.main.table.action_cursor_down()

    def do_move_previous(self) -> None:
        """The one before."""
        self.bright.main.table.action_cursor_up()

    def _scroll(self, reading: str, page: str) -> None:
        if self.tab == "conversation":
            getattr(self.reading, reading)()
        else:
            getattr(self.query_one("#page"), page)(animate=False)

    def do_move_down(self) -> None:
        """A line down."""
        self._scroll("action_cursor_down", "scroll_down")

    def do_move_up(self) -> None:
        """A line up."""
        self._scroll("action_cursor_up", "scroll_up")

    def do_move_top(self) -> None:
        """To the beginning."""
        self._scroll("action_scroll_top", "scroll_home")

    def do_move_bottom(self) -> None:
        """To the end."""
        self._scroll("action_scroll_bottom", "scroll_end")

    def do_move_page_down(self) -> None:
        """A page down."""
        self._scroll("action_page_down", "scroll_page_down")

    def do_move_page_up(self) -> None:
        """A page up."""
        self._scroll("action_page_up", "scroll_page_up")

    do_move_half_down = do_move_page_down
    do_move_half_up = do_move_page_up

    def _turn_to(self, tab: str) -> None:
        self.tab = tab
        self.draw()
        (self.reading if tab == "conversation" else self.query_one("#page")).focus()

    def do_tab_conversation(self) -> None:
        """The conversation."""
        self._turn_to("conversation")

    def do_tab_quality(self) -> None:
        """Its quality."""
        self._turn_to("quality")

    def do_tab_history(self) -> None:
        """Its calls."""
        self._turn_to("history")

    def do_tab_json(self) -> None:
        """Its record."""
        self._turn_to("json")

    def do_app_back(self) -> None:
        """Back to the list."""
        self.app.pop_screen()


def _facts(reading: Reading, *, wide: bool) -> Content:
    row = reading.row
    arc = arc_text(row.starting_emotion, row.ending_emotion)
    facts = [
        ("status", status_cell(row)[0]),
        ("score", score_cell(row.quality_score)[0]),
        ("rubric", stars(row.rubric_overall)),
        ("persona", row.persona_name),
        ("tier", row.tier.replace("_", " ")),
        ("arc", arc),
        ("category", row.content_category.replace("_", " ")),
        ("intent", row.intent.replace("_", " ")),
        ("tone", row.tone.replace("_", " ")),
        ("outcome", row.outcome.replace("_", " ")),
        ("turns", f"{row.turn_count} of {row.target_turns or '?'} planned"),
        ("words", f"{row.word_count:,}" if row.word_count else ""),
        ("method", row.generation_method.replace("_", " ")),
        ("template", f"version row {row.template_version_id}" if row.template_version_id else ""),
        ("cost", dollars(row.actual_cost_microusd) if row.actual_cost_microusd is not None else ""),
        ("took", duration(row.generation_duration_ms / 1000) if row.generation_duration_ms else ""),
        ("reviewer", row.reviewed_by),
        ("note", row.reviewer_notes),
    ]
    filled = [(name, safe_line(value, 200)) for name, value in facts if value]
    if wide:
        parts = [Content.assemble((f"{name:<10}", "$foreground 60%"), value) for name, value in filled]
        return Content("\n").join(parts)
    brief = [pair for pair in filled if pair[0] in ("score", "persona", "arc", "tier", "category", "cost", "note")]
    return Content(" · ").join(Content.assemble((f"{name} ", "$foreground 60%"), value) for name, value in brief)


def _quality(reading: Reading) -> Content:
    text, _ = score_cell(reading.row.quality_score)
    lines = [Content.assemble(("Score  ", "$foreground 60%"), (text, "bold")), Content("")]
    for part in reading.parts:
        value = part.get("score")
        figure = f"{value:>5.1f}" if isinstance(value, int | float) else "    –"
        name = safe_line(str(part.get("name", "")), 24)
        lines.append(
            Content.assemble(
                (f"{figure}  ", "bold"), f"{name:<14}", (safe_line(str(part.get("reason", "")), 300), "$foreground 60%")
            )
        )
    lines += [Content(""), Content.styled(f"Findings ({len(reading.findings)})", "bold")]
    for finding in reading.findings:
        style = "$text-error" if finding.get("gate") or finding.get("kind") == "gate" else "$text-warning"
        message = safe_line(str(finding.get("message", "")), 300)
        place = safe_line(str(finding.get("place", "")), 60)
        lines.append(Content.assemble((f"  {message}", style), (f"  {place}" if place else "", "$foreground 60%")))
    if not reading.findings:
        lines.append(Content.styled("  none" if reading.parts else "  not checked yet", "$foreground 60%"))
    return Content("\n").join(lines)


def _record(reading: Reading) -> Content:
    record = {**reading.row._asdict(), "turns": [turn._asdict() for turn in reading.turns]}
    return Content(safe_text(json.dumps(record, indent=2, ensure_ascii=False)))
