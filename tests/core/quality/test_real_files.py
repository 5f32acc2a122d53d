"""The pack's own ten seeds and the user's real file pass, and checking is quick."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.pack.files import read_pack
from core.pack.loader import plan_values
from core.pack.places import find_pack
from core.quality.check import check_conversation
from core.quality.subject import Subject, client_of, is_annotated, rules_of, rules_of_header
from core.seedformat.documents import read_document

PACK = read_pack(find_pack("financial_planning"))
PERSONAS = {persona.key: persona for persona in PACK.personas}
ROWS = {row.conversation_id: plan_values(row, PERSONAS, {}, PACK.info.key) for row in PACK.plan}
REAL = Path(__file__).parents[4] / "shared" / "examples" / "seed-conversation-01.json"


def _seed(path: Path) -> Subject:
    (conversation,) = read_document(path).conversations
    row = ROWS[conversation.conversation_id]
    client = client_of(row, {key: persona.model_dump() for key, persona in PERSONAS.items()})
    return Subject(row, conversation.pairs, rules=rules_of(PACK), generated=True, client=client, annotated=True)


@pytest.mark.parametrize("path", PACK.conversation_files, ids=lambda path: path.stem)
def test_a_seed_of_the_pack_fails_no_gate_and_scores_well(path):
    report = check_conversation(_seed(path))
    assert [f"{finding.place}: {finding.message}" for finding in report.failed_gates] == []
    assert report.ready and report.score >= 8


@pytest.mark.skipif(not REAL.is_file(), reason="the user's files are not part of the repository")
def test_the_users_own_file_fails_no_gate_although_half_its_sentences_are_annotated():
    document = read_document(REAL)
    (conversation,) = document.conversations
    for rules, row in ((rules_of(PACK), ROWS[conversation.conversation_id]), (rules_of_header(document.header), {})):
        subject = Subject(row, conversation.pairs, rules=rules, annotated=is_annotated(conversation.pairs))
        report = check_conversation(subject)
        assert report.failed_gates == () and not report.needs_review
        assert not report.ready and report.findings
        assert 0 < report.figures["word_choice_rationale_completeness"] < 1
