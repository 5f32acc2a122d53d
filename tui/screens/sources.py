"""Source documents: the chunks that came in, found by words, category and dimension; linked and proposed from here.

The main screen and a conversation open it. It works through `ChunkService` and stores nothing itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from core.chunks.filtering import ChunkFilter, read_filter
from core.chunks.records import ChunkProposal, ListedChunk, Totals
from core.errors import NotFoundError
from core.text.terminal import safe_line
from tui.figures import counted
from tui.keymap import Command
from tui.pages.sources import chunk_page, list_foot, list_heading, list_line
from tui.screens.bars import Part, spread
from tui.screens.counted import CountedScreen
from tui.screens.jobs import ListScreen
from tui.screens.plan_proposals import ProposalsScreen
from tui.steps import Steps
from tui.widgets.document_view import DocumentView
from tui.widgets.progress_items import Entry, ItemList
from tui.widgets.tones import Line

if TYPE_CHECKING:
    from tui.app import BrightrunApp

PAGE = 200  # chunks read at a time
WIDE = 120  # from here on the chunk stands beside the list
MANY_IDS = 8  # marked rows that are named one by one


class ChunkCommands(ListScreen):
    """What can be done to chunks, in the list and on the page of one."""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chunks that a key acts on."""
        raise NotImplementedError

    async def changed(self) -> None:
        """Links or marks are other ones now."""
        raise NotImplementedError

    def target(self) -> str:
        """The conversations that are proposed for a link: marked rows, else the row that this was opened from."""
        main = self.bright.main
        marks = sorted(main.table.marks)
        if marks:
            return " ".join(marks) if len(marks) <= MANY_IDS else "marked"
        return main.row.conversation_id if main.row is not None else ""

    def _named(self, typed: str) -> list[str]:
        marks = sorted(self.bright.main.table.marks)
        return [name for word in typed.replace(",", " ").split() for name in (marks if word == "marked" else [word])]

    def do_sources_link(self) -> None:
        """Let conversations draw on them."""
        self.flow(self._link(self.chosen), asks=True)

    async def _link(self, chosen: Sequence[str]) -> None:
        from tui.screens.sources_dialogs import AskDialog

        marks = len(self.bright.main.table.marks)
        about = ["Its prompt gets the text as material, after what the model is told to do."]
        about += [f"marked stands for the {marks:,} marked rows"] if marks > MANY_IDS else []
        title = f"Link {counted(len(chosen), 'chunk')} to which conversations?"
        typed = await self.app.push_screen_wait(AskDialog(title, about, self.target(), "enter links · esc cancels"))
        ids = self._named(typed or "")
        if ids:
            done = await self.opened.chunks.link(list(chosen), ids)
            await self._told(f"{done.sentence('linked')}.")

    def do_sources_unlink(self) -> None:
        """Take them away from conversations."""
        self.flow(self._unlink(self.chosen), asks=True)

    async def _unlink(self, chosen: Sequence[str]) -> None:
        from tui.screens.sources_dialogs import AskDialog

        used = [await self.opened.chunks.get(chunk_id) for chunk_id in chosen]
        names = list(dict.fromkeys(use.conversation_id for chunk in used for use in chunk.used_by))
        about = ["Nothing is taken out of texts that are written; the next prompt is without it."]
        title = f"Take {counted(len(chosen), 'chunk')} away from which conversations?"
        typed = await self.app.push_screen_wait(AskDialog(title, about, " ".join(names), "enter unlinks · esc cancels"))
        ids = self._named(typed or "")
        if ids:
            done = await self.opened.chunks.unlink(list(chosen), ids)
            await self._told(f"{done.sentence('unlinked')}.")

    async def do_sources_example(self) -> None:
        """An example of style, or none any more."""
        await self._example(self.chosen)

    async def _example(self, chosen: Sequence[str]) -> None:
        first = await self.opened.chunks.get(chosen[0])
        number = await self.opened.chunks.mark(list(chosen), is_example=not first.is_example)
        is_now = "no example any more" if first.is_example else "an example of style"
        await self._told(f"{counted(number, 'chunk')} {'is' if number == 1 else 'are'} {is_now}.")

    def do_sources_propose(self) -> None:
        """Rows from them."""
        self.flow(self._propose(self.chosen), asks=True)

    async def _propose(self, chosen: Sequence[str]) -> None:
        proposals = await self.opened.chunks.propose(list(chosen))
        if not proposals:
            self.say("These chunks propose no row.")
            return
        self.app.push_screen(ChunkProposalsScreen(self.bright, proposals))

    async def do_review_undo(self) -> None:
        """Take the last act back: a link, a mark, or whatever was done before."""
        await self._travel(back=True)

    async def do_review_redo(self) -> None:
        """Do it again."""
        await self._travel(back=False)

    async def _travel(self, *, back: bool) -> None:
        review = self.opened.review
        done = await (review.undo() if back else review.redo())
        if done is not None:
            await self._told(f"{'↶' if back else '↷'} {done.text}")

    async def _told(self, text: str) -> None:
        self.bright.database_watch.look()
        await self.changed()
        self.say(safe_line(text, 300))

    async def show_rows(self, chunk_id: str) -> None:
        """The conversations that draw on a chunk, in the main list."""
        from core.query import parse

        chunk = await self.opened.chunks.get(chunk_id)
        main = self.back_to_list()
        await main.apply(parse("id:" + ",".join(use.conversation_id for use in chunk.used_by)))
        main.say(
            f"{counted(len(main.ids), 'row')} from this source · {self.bright.keymap.key('filter.clear')} shows all"
        )

    def do_app_back(self) -> None:
        """Back to where this was opened."""
        self.dismiss()


class SourcesScreen(ChunkCommands, CountedScreen):
    """The list of chunks with marks; the one under the cursor stands beside it, or begins below it."""

    WHERE: ClassVar[str] = "sources"
    CSS_PATH: ClassVar[Any] = ["../styles/screens.tcss", "../styles/sources.tcss"]

    def __init__(self, app: BrightrunApp) -> None:
        super().__init__(app)
        self.list = ItemList(id="lines")
        self.page = DocumentView(id="page")
        self.filter = ""
        self.marks: dict[str, None] = {}
        self._wanted = ChunkFilter()
        self._ids: list[int] | None = None
        self._places: dict[int, int] = {}
        self._known: dict[int, ListedChunk] = {}
        self._entries: list[Entry] = []  # of all ids: made anew when something else is known of them, not for each key
        self._totals = Totals(0, 0, 0, 0)

    def compose(self) -> ComposeResult:
        """Header, the list with the page beside it, keys."""
        yield self.header
        with Horizontal(id="sources"):
            yield self.list
            yield self.page
        yield self.footer

    @property
    def lines(self) -> ItemList:
        """The list."""
        return self.list

    @property
    def chunk(self) -> ListedChunk | None:
        """What is under the cursor."""
        return self._known.get(self.list.current or 0)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The marked ones, else the one under the cursor."""
        return tuple(self.marks) or ((self.chunk.chunk_id,) if self.chunk is not None else ())

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= WIDE

    # Reading

    async def count(self) -> None:
        """The ids of the filter, and what is seen of them."""
        chunks = self.opened.chunks
        self._totals = await chunks.totals()
        self._ids = await chunks.ids(self._wanted)
        self._places = {row_id: place for place, row_id in enumerate(self._ids)}
        self._known = {}
        self.draw()
        await self._read_around()

    async def changed(self) -> None:
        """Read it again."""
        await self.count()

    async def _read_around(self) -> None:
        """The pages that the cursor is in and next to, and in a wide terminal the chunk itself."""
        ids, here = self._ids or [], self._places.get(self.list.current or 0, 0)
        near = ids[max(0, here - PAGE) : here + PAGE]
        missing = [row_id for row_id in near if row_id not in self._known]
        if missing:
            self._known.update(await self.opened.chunks.page(missing))
            self.draw()
        if self._is_wide and self.chunk is not None:
            try:
                chunk = await self.opened.chunks.get(self.chunk.chunk_id)
            except NotFoundError:
                return  # its import was taken back meanwhile: the list is read again presently
            self.page.show(partial(chunk_page, chunk), key=chunk.id)

    # Drawing

    def draw(self) -> None:
        """The list, and under it what there is to say of the one under the cursor."""
        self.set_class(self._is_wide, "-wide")
        width = max(20, self.app.size.width // (2 if self._is_wide else 1) - 3)
        if self._ids is None:
            self.list.show([Entry((("Reading the source documents…", "muted"),))])
        elif not self._ids:
            self.list.show([Entry(((self._why_empty(), "muted"),))])
        else:
            self._entries = [Entry(list_heading(width)), *(self._entry(row_id, width) for row_id in self._ids)]
            self.list.show(self._entries, pinned=1, foot=self._foot(width))
        self.page.display = self._is_wide and bool(self._ids)
        self._draw_header()
        self.draw_footer()

    def _entry(self, row_id: int, width: int) -> Entry:
        chunk = self._known.get(row_id)
        return Entry(list_line(chunk, width, marked=chunk is not None and chunk.chunk_id in self.marks), row_id)

    def _foot(self, width: int) -> list[Line]:
        chunk = self.chunk
        return list_foot(chunk, width) if chunk is not None and not self._is_wide else []

    def _why_empty(self) -> str:
        key = self.bright.keymap.key
        if self._totals.chunks:
            return f"No chunk matches {safe_line(self.filter, 80)}: {key('sources.clear')} shows all."
        return f"No source documents yet: {key('sources.import')} brings them in from files or a database."

    def _draw_header(self) -> None:
        totals, found = self._totals, len(self._ids or ())
        left: list[Part] = [(" Sources", "bold $text-primary")]
        left += [(f"  {found:,}" + (f" of {totals.chunks:,}" if self.filter else ""), "bold")]
        left += [(f" · {safe_line(self.filter, 60)}", "$text-accent")] if self.filter else []
        left += [(f" · {counted(totals.documents, 'document')}", "")] if not self.filter else []
        left += [(f" · {totals.linked:,} used, {totals.examples:,} examples", "$foreground 60%")]
        right: list[Part] = [(f"✓ {len(self.marks):,} marked ", "bold $text-warning")] if self.marks else []
        self.header.show(spread(left, right, self.app.size.width))

    def on_item_list_moved(self) -> None:
        """Other facts, other keys; what is not known yet is read."""
        self.list.show(self._entries, pinned=1, foot=self._foot(max(20, self.app.size.width - 3)))
        self.draw_footer()
        self.run_worker(
            Steps(self._guarded, Steps(self._read_around)), group="around", exclusive=True, exit_on_error=False
        )

    def on_item_list_opened(self) -> None:
        """A double click opens, as enter does."""
        self.do_sources_view()

    def _missing(self, need: str, command: Command) -> str:
        if need == "chunk":
            return "" if self.chosen else self._why_empty()
        if need == "used":
            return "" if self.marks or (self.chunk and self.chunk.links) else "No conversation draws on it."
        if need == "filtered":
            return "" if self.filter else "All chunks are shown."
        if need == "marked":
            return "" if self.marks else "No chunk is marked."
        return super()._missing(need, command)

    # Finding and marking

    def do_sources_find(self) -> None:
        """Search and filter."""
        self.flow(self._find(), asks=True)

    async def _find(self) -> None:
        from tui.screens.sources_dialogs import AskDialog

        chunks = self.opened.chunks
        categories, names = await asyncio.gather(chunks.categories(), chunks.dimension_names())
        about = [
            'words and "phrases" · category:… · document:… · is:used, unused, example · used_by:ID',
            "categories: " + ", ".join(safe_line(name, 40) for name, _, _ in categories[:12]),
            "dimensions, as in name>0.7 or name=word: " + ", ".join(safe_line(name, 40) for name in names[:60]),
        ]
        asked = AskDialog("Which chunks?", about, self.filter, "enter shows them · esc cancels", check=self._check)
        typed = await self.app.push_screen_wait(asked)
        if typed is not None:
            await self._filter(typed)

    async def _check(self, typed: str) -> None:
        await self.opened.chunks.ids(read_filter(typed))

    async def _filter(self, typed: str) -> None:
        self.filter, self._wanted = typed, read_filter(typed)
        await self.count()

    def do_sources_clear(self) -> None:
        """All chunks."""
        self.flow(self._filter(""))

    def do_sources_mark(self) -> None:
        """Mark or unmark, and go on."""
        if self.chunk is not None:
            name = self.chunk.chunk_id
            if name in self.marks:
                del self.marks[name]
            else:
                self.marks[name] = None
            self.draw()
            self.list.action_cursor_down()

    def do_sources_mark_all(self) -> None:
        """All that the filter shows."""
        self.flow(self._mark_all())

    async def _mark_all(self) -> None:
        missing = [row_id for row_id in self._ids or [] if row_id not in self._known]
        self._known.update(await self.opened.chunks.page(missing))
        self.marks.update((self._known[row_id].chunk_id, None) for row_id in self._ids or [] if row_id in self._known)
        self.draw()

    def do_sources_unmark(self) -> None:
        """None."""
        self.marks.clear()
        self.draw()

    # Opening

    def do_sources_view(self) -> None:
        """The chunk on a page of its own."""
        if self.chunk is not None:
            from tui.screens.sources_one import ChunkScreen

            self.app.push_screen(ChunkScreen(self.bright, self.chunk.chunk_id))

    def do_sources_rows(self) -> None:
        """Who draws on it."""
        if self.chunk is not None:
            self.flow(self.show_rows(self.chunk.chunk_id), asks=True)

    def do_sources_import(self) -> None:
        """Ask what to bring in, and look at it."""
        self.flow(self._bring_in(), asks=True)

    async def _bring_in(self) -> None:
        from tui.screens.sources_dialogs import SourceDialog
        from tui.screens.sources_one import ImportSourcesScreen

        source = await self.app.push_screen_wait(SourceDialog())
        if source is not None:
            self.app.push_screen(ImportSourcesScreen(self.bright, source))

    def on_screen_resume(self) -> None:
        """Chunks may have come in on the screen before."""
        self.draw()
        self.recount()


class ChunkProposalsScreen(ProposalsScreen):
    """Rows proposed from chunks: added, each is linked to its chunk."""

    def __init__(self, app: BrightrunApp, proposals: Sequence[ChunkProposal]) -> None:
        super().__init__(app, [proposal.row for proposal in proposals])
        self._chunk_ids = [proposal.chunk_id for proposal in proposals]

    async def store(self, chosen: Sequence[int]) -> list[str]:
        """Add the rows at these places, and link them."""
        return await self.opened.chunks.add([ChunkProposal(self._chunk_ids[i], self.rows[i]) for i in chosen])
