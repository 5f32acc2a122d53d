"""Good conversations of many hands: the pack's seeds, the simulator's, and short ones written for this corpus.

Nothing in here may look at the checks. Each comes as a `Subject`, the way the product judges it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from core.pack.files import Pack, read_pack
from core.pack.loader import plan_values
from core.pack.places import find_pack
from core.prompting.files import QualityProfile
from core.providers.simulator.dialogue import compose
from core.providers.simulator.plan_block import ConversationPlan, noun_phrase
from core.quality.subject import Subject, client_of, rules_of
from core.seedformat.documents import read_document

WRITTEN = Path(__file__).with_name("written.json")
SHORT = QualityProfile(turns=(2, 6), user_words=(8, 170), advisor_words=(35, 260))


@cache
def pack() -> Pack:
    """The pack that ships with brightrun."""
    return read_pack(find_pack("financial_planning"))


@cache
def _rows() -> dict[str, dict[str, Any]]:
    personas = {persona.key: persona for persona in pack().personas}
    clients = {client.conversation_id: client for client in pack().clients}
    return {row.conversation_id: plan_values(row, personas, clients, pack().info.key) for row in pack().plan}


def _client(row: dict[str, Any]) -> dict[str, Any]:
    return client_of(row, {persona.key: persona.model_dump() for persona in pack().personas})


def _referrals(row: dict[str, Any]) -> list[dict[str, Any]]:
    found = next((case for case in pack().edge_cases if case.key == row["edge_case_id"]), None)
    return [referral.model_dump() for referral in found.referrals] if found else []


@cache
def seeds() -> tuple[Subject, ...]:
    """The ten annotated conversations of the pack."""
    subjects = []
    for path in pack().conversation_files:
        (conversation,) = read_document(path).conversations
        row = _rows()[conversation.conversation_id]
        turns = len(conversation.pairs)
        subjects.append(
            Subject(
                row,
                conversation.pairs,
                profile=QualityProfile(turns=(turns, turns)),
                rules=rules_of(pack()),
                generated=True,
                client=_client(row),
                annotated=True,
            )
        )
    return tuple(subjects)


@cache
def simulated(rounds: int = 1) -> tuple[Subject, ...]:
    """One dialogue for every planned row and round, as the simulator writes them."""
    subjects = []
    for draw in range(rounds):
        for row in _rows().values():
            if row["tier"] == "seed":
                continue
            client, referrals = _client(row), _referrals(row)
            case = next((case for case in pack().edge_cases if case.key == row["edge_case_id"]), None)
            turns = compose(
                ConversationPlan(
                    kind=row["tier"],
                    name=str(client.get("name", "")).split(" ")[0],
                    topic=noun_phrase(row["topic"]),
                    starting_emotion=row["starting_emotion"],
                    ending_emotion=row["ending_emotion"],
                    turns=row["target_turns"],
                    boundary=case.boundary if case else "",
                    referrals=tuple(f"{entry['name']}: {entry['contact']}" for entry in referrals),
                    source=f"{row['conversation_id']} {draw}",
                )
            )
            pairs = [
                _pair(row["conversation_id"], number, turn.user, turn.advisor) for number, turn in enumerate(turns, 1)
            ]
            subjects.append(
                Subject(
                    row,
                    pairs,
                    profile=SHORT,
                    rules=rules_of(pack()),
                    generated=True,
                    client=client,
                    referrals=referrals,
                )
            )
    return tuple(subjects)


@cache
def written() -> tuple[Subject, ...]:
    """Short conversations by writers who had not seen the checks."""
    subjects = []
    for entry in json.loads(WRITTEN.read_text(encoding="utf-8")):
        client = entry["client"]
        name = client["name"]
        turns = len(entry["turns"])
        row = {
            "conversation_id": entry["id"],
            "tier": entry["tier"],
            "persona_name": name,
            "topic": entry["topic"],
            "topic_description": entry.get("about", ""),
            "target_turns": turns,
        }
        pairs = [
            _pair(entry["id"], number, turn["user"], turn["advisor"]) for number, turn in enumerate(entry["turns"], 1)
        ]
        subjects.append(
            Subject(
                row,
                pairs,
                profile=SHORT,
                rules=rules_of(pack()),
                generated=True,
                client=client,
                referrals=entry.get("referrals", []),
            )
        )
    return tuple(subjects)


def _pair(conversation_id: str, number: int, user: str, advisor: str) -> dict[str, Any]:
    return {
        "id": f"{conversation_id}_turn{number}",
        "conversation_id": conversation_id,
        "turn_number": number,
        "current_user_input": user,
        "target_response": advisor,
    }
