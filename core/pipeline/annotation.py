"""The annotation stage: one call per turn, several at once over a shared cached prefix, each its own checkpoint.

`run_item` calls it between dialogue and storing. The reply's sentences are split here, numbered and annotated by
number, so that none can be left out and no prose is repeated. A turn that was annotated is never sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import BrightrunError
from core.pipeline.annotation_schema import (
    TurnAnnotation,
    TurnFacts,
    problems_of,
    schema_text,
    taxonomy_keys,
)
from core.pipeline.attempts import Answer, Call, UnusableAnswerError
from core.pipeline.dialogue import Dialogue
from core.pipeline.stages import Structured, listed, make_structured, read_model, request_of
from core.pipeline.work import ANNOTATION, STORING, JobMustStopError, Text, Work
from core.prompting.files import QualityProfile
from core.prompting.stages import render_annotation
from core.text.sentences import split_sentences
from data import queue, stage_outputs
from data.queue import LeaseLostError

TOKENS_PER_SENTENCE = 190  # what a sentence's entry takes, with keys, in the seed conversations
TOKENS_PER_TURN = 1_500  # everything but the sentences
ROOM_TO_THINK = 2_000
_IN_FLIGHT = frozenset({"calling", "writing", STORING})


@dataclass(frozen=True)
class Annotated:
    """The annotation of every turn as the model gave it, and what had to be put right."""

    turns: tuple[dict[str, Any], ...]
    repaired: tuple[str, ...] = ()


def room(sentences: int, limit: int) -> int:
    """`max_tokens` for the annotation of a turn: half as much again as is usual, under the setting's limit."""
    return min(limit, round(1.5 * (TOKENS_PER_TURN + sentences * TOKENS_PER_SENTENCE)) + ROOM_TO_THINK)


async def annotate(
    held: queue.Claim,
    work: Work,
    row: Mapping[str, Any],
    profile: QualityProfile,
    dialogue: Dialogue,
    templates: Mapping[str, Mapping[str, Any]],
    shown: str,
    *,
    only: Sequence[int] = (),
) -> Annotated:
    """Annotate every turn that is not annotated yet, or of those `only` some; `shown` is what people read meanwhile.

    When a turn fails, those that run are finished and kept, and then the error of the first one is raised.
    """
    stage = _Stage(held, work, row, profile, dialogue, templates, shown, only)
    return await stage.run()


@dataclass
class _Stage:
    held: queue.Claim
    work: Work
    row: Mapping[str, Any]
    profile: QualityProfile
    dialogue: Dialogue
    templates: Mapping[str, Mapping[str, Any]]
    shown: str
    only: Sequence[int] = ()
    _outputs: dict[int, Answer] = field(default_factory=dict)
    _busy: set[int] = field(default_factory=set)  # turns with a call in flight
    _is_idle: asyncio.Event = field(default_factory=asyncio.Event)
    _is_warm: asyncio.Event = field(default_factory=asyncio.Event)
    _error: BrightrunError | None = None

    async def run(self) -> Annotated:
        numbers = self.only or range(1, len(self.dialogue.turns) + 1)
        async with self.work.database.read() as session:
            stored = await stage_outputs.of_item(session, self.held.item_id)
        for number in numbers:
            done = stored.get(_name(number))
            if done is not None:
                self._outputs[number] = Answer(done["output"], done["output"].get("repaired", ""), done["model"])
        todo = [number for number in numbers if number not in self._outputs]
        slots = asyncio.Semaphore(self.work.settings.annotation_at_once)
        self._is_idle.set()
        # Cancelling gather cancels all of its turns and still waits for each to store what it was billed.
        results = await asyncio.gather(
            *(self._turn(number, slots, is_first=number == todo[0]) for number in todo), return_exceptions=True
        )
        unforeseen = [r for r in results if isinstance(r, BaseException)]
        error = unforeseen[0] if unforeseen else self._error
        if error is not None:
            raise error
        answers = [self._outputs[number] for number in numbers]
        outputs = tuple({k: v for k, v in a.output.items() if k != "repaired"} for a in answers)
        return Annotated(outputs, tuple(a.repaired for a in answers if a.repaired))

    async def _turn(self, number: int, slots: asyncio.Semaphore, *, is_first: bool) -> None:
        if not is_first:
            # The first call writes the prefix into the cache; it can be read as soon as that answer begins.
            await self._is_warm.wait()
        async with slots:
            if self._error is not None:
                return  # the row fails anyway: nothing more is spent on it
            try:
                self._outputs[number] = await make_structured(
                    self.held, self.work, self._wanted(number), sleep=self._sleep
                )
            except BrightrunError as error:
                self._note(error)
            finally:
                self._is_warm.set()
                self._rests(number)

    def _note(self, error: BrightrunError) -> None:
        """Keep what failed first; that the job must stop counts more than a row's own failure."""
        if self._error is None or isinstance(error, JobMustStopError | LeaseLostError):
            self._error = error

    def _wanted(self, number: int) -> Structured:
        turns = [(turn.user, turn.advisor) for turn in self.dialogue.turns]
        sentences = split_sentences(turns[number - 1][1])
        keys = taxonomy_keys(self.work.pack.taxonomy)
        facts = TurnFacts(turns[number - 1][0], sentences, self.profile, keys)
        template = self.templates[ANNOTATION]
        prompt = render_annotation(self.row, template, self.work.pack, turns, number, sentences)
        limit = self.work.settings.annotation.max_tokens
        request = request_of(self.work, ANNOTATION, prompt, room(len(sentences), limit), schema_text(keys))

        def read(text: str) -> tuple[dict[str, Any], str]:
            return read_annotation(text, facts)

        def tell(step: str, text: Text) -> None:
            self._tell(number, step, text)

        call = Call(
            _name(number),
            request,
            template.get("id"),
            read,
            tell,
            purpose=f"annotate turn {number}",
            product=ANNOTATION,
        )
        return Structured(call, self.templates["repair"])

    def _tell(self, number: int, step: str, text: Text) -> None:
        """One line for all turns at work; the text that people read stays the dialogue."""
        if text:
            self._is_warm.set()
        if step in _IN_FLIGHT:
            self._busy.add(number)
            self._is_idle.clear()
            self.work.report(ANNOTATION, _sentence(self._busy), self.shown)
        else:
            self._rests(number)
            self.work.report(ANNOTATION, f"Turn {number}: {step}", self.shown)

    def _rests(self, number: int) -> None:
        self._busy.discard(number)
        if not self._busy:
            self._is_idle.set()

    async def _sleep(self, seconds: float) -> None:
        """Rest between attempts. A pause may end a rest, so as long as another turn's call runs nobody rests so."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        try:
            async with asyncio.timeout(seconds):
                await self._is_idle.wait()
        except TimeoutError:
            return
        await self.work.sleep(max(0.0, until - loop.time()))


def read_annotation(text: str, facts: TurnFacts) -> tuple[dict[str, Any], str]:
    """An answer as the stage keeps it, and what had to be put right. Raises UnusableAnswerError."""
    annotation, note = read_model(text, TurnAnnotation)
    problems = problems_of(annotation, facts)
    if problems:
        raise UnusableAnswerError(listed(problems))
    return annotation.model_dump(mode="json"), note


def _name(number: int) -> str:
    return f"{ANNOTATION}:{number}"


def _sentence(numbers: Sequence[int] | set[int]) -> str:
    turns = [str(number) for number in sorted(numbers)]
    if len(turns) == 1:
        return f"Analysing sentences of turn {turns[0]}…"
    return f"Analysing sentences of turns {', '.join(turns[:-1])} and {turns[-1]}…"
