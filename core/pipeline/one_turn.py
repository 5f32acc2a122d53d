"""Renews turns of a conversation that is there: one is written again, and turns without a whole annotation get one.

`run_item` calls it for orders that name turns. The rest of the conversation is context and stays word for word; what it
was before is kept as a version. Every call is a checkpoint of its own: `turn:2`, `annotation:2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.chunks.material import MaterialSettings, material_of
from core.pipeline.annotation import annotate
from core.pipeline.annotation_schema import as_pair_parts
from core.pipeline.attempts import Answer, Call, UnusableAnswerError
from core.pipeline.dialogue import Dialogue, Exchange, NotADialogueError, parse_dialogue
from core.pipeline.estimate import room
from core.pipeline.stages import make, request_of
from core.pipeline.work import ANNOTATION, DIALOGUE, FINISHING, SCORING, TURN, Text, Work
from core.prompting.stages import render_turn
from core.prompting.store import pack_context
from core.rewriting import turns
from core.rewriting.storing import Former, profile_of, read_former, store_changed
from core.text.sentences import split_sentences
from data import conversations, queue
from data.vocabulary import ItemStatus, Method


@dataclass(frozen=True)
class Part:
    """Which turns an item is about: the number of the one that is written again (0: none), and those to annotate."""

    rewrite: int
    annotate: tuple[int, ...]

    @classmethod
    def of(cls, output: Mapping[str, Any]) -> Part | None:
        """As the dialogue stage of an item has it; None for an item about the whole conversation."""
        part = output.get("part")
        return cls(int(part["rewrite"]), tuple(part["annotate"])) if part else None


async def renew(
    held: queue.Claim,
    work: Work,
    row: Mapping[str, Any],
    output: Mapping[str, Any],
    part: Part,
    templates: Mapping[str, Mapping[str, Any]],
    stored: frozenset[str],
) -> None:
    """Make the calls that an item still needs, and store their result in one transaction."""
    async with work.database.read() as session:
        former = await read_former(session, row)
        profile = await profile_of(session, former)
    pairs, numbers = former.pairs, former.numbers
    answer: Answer | None = None
    findings = []
    repaired: list[str] = []
    if part.rewrite:
        place = numbers.index(part.rewrite)
        answer = await _write(held, work, former, place, templates, stored)
        written = _read(answer.output["text"])
        pairs = turns.rewritten(pairs, place, written.user, written.advisor)
        findings = turns.no_longer_fit(former.pairs, pairs, place, numbers, by_hand=False)
        repaired.append(answer.repaired)
    dialogue = Dialogue(tuple(Exchange(*turns.said_by(pair)) for pair in pairs))
    places = [numbers.index(number) for number in part.annotate]
    wanted = {f"{ANNOTATION}:{place + 1}" for place in places}
    done: list[int] = []
    if places and (not work.only_stored or wanted <= stored):
        shown = "\n".join(
            f"<turn>\n<user>{turn.user}</user>\n<advisor>{turn.advisor}</advisor>\n</turn>" for turn in dialogue.turns
        )
        only = tuple(place + 1 for place in places)
        found = await annotate(held, work, row, profile, dialogue, templates, shown, only=only)
        repaired += found.repaired
        for place, annotation in zip(places, found.turns, strict=True):
            sentences = split_sentences(dialogue.turns[place].advisor)
            before = _previous(pairs[place - 1]) if place else None
            pairs = turns.annotated(pairs, place, as_pair_parts(annotation, place + 1, sentences, before))
            done.append(numbers[place])
        work.report(FINISHING, SCORING, shown)
    was_annotated = any(turns.is_annotated(pair) for pair in former.pairs)
    lost = {part.rewrite} if part.rewrite and was_annotated else set()
    now = work.clock()
    async with work.database.write() as session:
        current = await conversations.get(session, held.conversation_id) or dict(row)
        notes = [note for note in repaired if note]
        parameters = {**(current["parameters"] or {}), **({"repaired": "; ".join(notes)} if notes else {})}
        _, values = await store_changed(
            session,
            replace(former, row={**current, "parameters": parameters}),
            pairs,
            [part.rewrite] if part.rewrite else [],
            stale_turns=({*former.stale} | lost) - set(done),
            findings=findings,
            pack=await pack_context(session, current["pack_key"]),
            review_below=work.settings.review_below,
            reason="regenerated" if part.rewrite else "annotated",
            by="worker",
            at=now,
            now_annotated=bool(done),
        )
        values["actual_cost_microusd"] = int(output.get("paid_before", 0)) + await conversations.item_cost(
            session, held.item_id
        )
        if notes:
            values["parameters"] = parameters
        if answer is not None:
            values |= _made(current, answer, part.rewrite, work, now)
        await conversations.update_guarded(session, held.conversation_id, current["version"], values, by="worker")
        await queue.finish(session, held, ItemStatus.DONE, now=now)


def _made(current: Mapping[str, Any], answer: Answer, number: int, work: Work, now: Any) -> dict[str, Any]:
    """What a conversation says of its origin when one turn of it was written by a model."""
    simulated = work.settings.provider == "simulated"
    source = str(current["generation_source"]).partition("; turn ")[0]
    return {
        "generation_source": f"{source}; turn {number} written again" + (", SIMULATED" if simulated else ""),
        # One practised turn makes the whole a practice result: it is exported only on request.
        "generation_method": Method.SIMULATED if simulated else current["generation_method"],
        "model": current["model"] or answer.model,
        "generated_at": now,
    }


def _previous(pair: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the turn before says of its own emotions, as far as it can be taken on."""
    detected = (pair.get("emotional_context") or {}).get("detected_emotions") or {}
    if not isinstance(detected.get("primary"), str) or not isinstance(detected.get("intensity"), float):
        return None
    return {"detected_emotions": detected}


async def _write(
    held: queue.Claim,
    work: Work,
    former: Former,
    place: int,
    templates: Mapping[str, Mapping[str, Any]],
    stored: frozenset[str],
) -> Answer:
    """Have a turn written, and checkpoint it."""
    stage = f"{TURN}:{former.numbers[place]}"
    if stage in stored:
        async with work.database.read() as session:
            done = await queue.stage_output(session, held.item_id, stage)
        if done is not None:
            return Answer(done["output"], done["output"].get("repaired", ""), done["model"])
    template = templates[TURN]
    told = [turns.said_by(pair) for pair in former.pairs]
    async with work.database.read() as session:
        profile = await profile_of(session, former)
        material = await material_of(session, former.row, MaterialSettings.of(work.settings))
    prompt = render_turn(former.row, template, work.pack, told, place + 1, note=held.note, material=material.text)

    def read(text: str) -> tuple[dict[str, Any], str]:
        try:
            dialogue = parse_dialogue(text)
        except NotADialogueError as error:
            raise UnusableAnswerError(str(error)) from error
        if len(dialogue.turns) != 1:
            raise UnusableAnswerError(f"it has {len(dialogue.turns)} turns instead of one")
        return {"text": text}, dialogue.repaired

    def tell(step: str, text: Text) -> None:
        work.report(DIALOGUE, step, text)

    limit = room(1, profile, work.settings.max_tokens)
    call = Call(
        stage,
        request_of(work, TURN, prompt, limit),
        template.get("id"),
        read,
        tell,
        purpose=f"write turn {former.numbers[place]} again",
        product="turn",
    )
    return await make(held, work, call)


def _read(text: str) -> Exchange:
    return parse_dialogue(text).turns[0]
