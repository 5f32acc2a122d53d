"""What `brightrun check PATH…` runs: a whole pack folder, or conversation files on their own.

A pack is held to everything: its own plan, its gates, its freedom from repetition, its prompts. A conversation file
outside a pack is somebody's own, so that only the dialogue can fail; the rest are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import BrightrunError, PackError
from core.pack.consistency import check_consistency, persona_key
from core.pack.files import Pack, read_pack, read_plan
from core.pack.loader import plan_values
from core.pack.places import PROMPTS
from core.pack.preflight import check_prompts
from core.pack.repetition import overused_phrases, shared_openers
from core.pack.report import CheckReport, Problem
from core.quality.check import check_conversation
from core.quality.reading import Message, read
from core.quality.report import Finding
from core.quality.subject import Rules, Subject, client_of, is_annotated, rules_of, rules_of_header
from core.seedformat.documents import SeedConversation, SeedDocument, read_document

Rows = Mapping[str, Mapping[str, Any]]


def check_path(
    path: Path, *, plan: Rows | None = None, rules: Rules | None = None, prompts: Path = PROMPTS
) -> CheckReport:
    """Check a pack folder, a folder of conversation files, one file, or a plan on its own.

    `plan` (rows by conversation id) and `rules` are for conversation files outside a pack: what they are compared with.
    """
    report = CheckReport()
    try:
        if (path / "pack.json").is_file():
            return check_pack(path, prompts=prompts)
        if path.is_dir():
            files = sorted(path.rglob("*.json"))
            if not files:
                report.error(str(path), "There is no conversation file in this folder.")
            for file in files:
                report.add(check_path(file, plan=plan, rules=rules, prompts=prompts))
            return report
        if path.suffix == ".csv":
            report.counts["planned_rows"] = len(read_plan(path))
            return report
        home = path.resolve().parent.parent
        if path.parent.name == "conversations" and (home / "pack.json").is_file():
            _check_in_pack(path, home, report)
        else:
            _check_alone(path, plan or {}, rules, report)
    except BrightrunError as error:
        _note_refusal(report, path, error)
    return report


def check_pack(folder: Path, *, prompts: Path = PROMPTS) -> CheckReport:
    """Check everything in a pack. What cannot be read at all is the only error then."""
    report = CheckReport()
    try:
        pack = read_pack(folder)
    except PackError as error:
        _note_refusal(report, folder, error)
        return report
    rows = _rows(pack)
    check_consistency(pack, report)
    documents = _documents(pack, report)
    seeds: dict[str, SeedConversation] = {}
    for document in documents:
        for conversation in document.conversations:
            place = _place(document)
            if conversation.conversation_id in seeds:
                report.error(place, f"{conversation.conversation_id} stands in another file too.")
            seeds[conversation.conversation_id] = conversation
            _check_seed(conversation, place, pack, rows, report)
    for row in pack.plan:
        if row.tier == "seed" and row.conversation_id not in seeds:
            report.error(f"plan.csv, {row.conversation_id}", "The seed has no conversation file.")
    messages = {cid: _messages(conversation) for cid, conversation in seeds.items()}
    report.errors += shared_openers(messages)
    report.errors += overused_phrases(messages)
    check_prompts(pack, rows.values(), seeds, prompts, report)
    report.counts |= _plan_counts(pack)
    return report


def _documents(pack: Pack, report: CheckReport) -> list[SeedDocument]:
    documents = []
    for path in pack.conversation_files:
        try:
            document = read_document(path)
        except BrightrunError as error:
            _note_refusal(report, path, error)
            continue
        documents.append(document)
        ids = [conversation.conversation_id for conversation in document.conversations]
        if ids != [path.stem]:
            report.error(_place(document), f"The file holds {', '.join(ids)}; its name says {path.stem}.")
    return documents


def _check_seed(conversation: SeedConversation, place: str, pack: Pack, rows: Rows, report: CheckReport) -> None:
    row = rows.get(conversation.conversation_id)
    if row is None:
        report.error(place, f"The plan has no row {conversation.conversation_id}.")
        return
    personas = {persona.key: persona.model_dump() for persona in pack.personas}
    referrals = next((e.referrals for e in pack.edge_cases if e.key == row["edge_case_id"]), [])
    subject = Subject(
        row=row,
        pairs=conversation.pairs,
        rules=rules_of(pack),
        generated=True,
        client=client_of(row, personas),
        referrals=[referral.model_dump() for referral in referrals],
        annotated=True,
        exact_plan=True,
    )
    _judge(subject, place, report)


def _check_in_pack(path: Path, home: Path, report: CheckReport) -> None:
    """A conversation of a pack is held to the pack's plan, wherever the check was started from."""
    pack = read_pack(home)
    document = read_document(path)
    for conversation in document.conversations:
        _check_seed(conversation, _place(document), pack, _rows(pack), report)


def _check_alone(path: Path, plan: Rows, rules: Rules | None, report: CheckReport) -> None:
    document = read_document(path)
    for conversation in document.conversations:
        row = plan.get(conversation.conversation_id, {})
        subject = Subject(
            row=row,
            pairs=conversation.pairs,
            rules=rules or rules_of_header(document.header),
            client=client_of(row, {}),
            annotated=is_annotated(conversation.pairs),
        )
        single = len(document.conversations) == 1
        _judge(subject, path.name if single else f"{path.name}, {conversation.conversation_id}", report)


def _judge(subject: Subject, place: str, report: CheckReport) -> None:
    judged = check_conversation(subject)
    for finding in judged.findings:
        problem = _problem(place, finding)
        if finding.severity == "gate":
            report.errors.append(problem)
        elif finding.severity == "warning":
            report.warnings.append(problem)
    for name, number in (
        ("conversations", 1),
        ("turns", judged.figures["total_turns"]),
        ("sentences", judged.figures["total_sentences"]),
    ):
        report.counts[name] = report.counts.get(name, 0) + number


def _problem(place: str, finding: Finding) -> Problem:
    where = f"{place}, {finding.place}" if finding.place else place
    return Problem(where, f"{finding.message} {finding.advice}".strip())


def _note_refusal(report: CheckReport, path: Path, error: BrightrunError) -> None:
    """An error of reading: its message begins with file and field or line, which is the place."""
    place, colon, message = error.message.partition(": ")
    if not colon or not place.startswith(str(path)):
        place, message = str(path), error.message
    report.error(place, f"{message} {error.hint}".strip())


def _place(document: SeedDocument) -> str:
    return f"conversations/{Path(document.file).name}"


def _messages(conversation: SeedConversation) -> list[Message]:
    return list(read(Subject(row={}, pairs=conversation.pairs)).messages)


def _rows(pack: Pack) -> dict[str, dict[str, Any]]:
    personas = {persona.key: persona for persona in pack.personas}
    clients = {client.conversation_id: client for client in pack.clients}
    return {row.conversation_id: plan_values(row, personas, clients, pack.info.key) for row in pack.plan}


def _plan_counts(pack: Pack) -> dict[str, Any]:
    planned = Counter(row.tier for row in pack.plan if row.tier != "seed")
    named = Counter(persona_key(row) for row in pack.plan)
    order = [persona.key for persona in pack.personas if persona.key in named]
    return {
        "planned": sum(planned.values()),
        "tiers": {tier: planned[tier] for tier in ("template", "scenario", "edge_case")},
        "personas": {key: named[key] for key in [*order, *sorted(set(named) - set(order))]},
    }
