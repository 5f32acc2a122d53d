"""Texts that try to command the terminal, in every field that a screen shows, and what must not come of them."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

CLIPBOARD = "\x1b]52;c;SGFja2Vk\x07"
MOVE = "\x1b[5;7HMOVED"
TITLE = "\x1b]0;renamed\x1b\\"
C1 = "\x9b31mC1\x9d52;c;SGFja2Vk\x9c"
NUL = "nul\x00here\x08\x7f\r\x0e"
MARKUP = "[/] [type=x, v={'a[0]'}] [bold]loud[/bold] [@click=app.quit]click[/]"
RTL = "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
ZERO_WIDTH = "a\u200bb\u200dc\ufeffd\u2066e\u2069"
EMOJI = "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \U0001f44d\U0001f3fd e\u0301 \u4f60\u597d"
LONG = "0123456789" * 10_000
ALL = " ".join((CLIPBOARD, MOVE, TITLE, C1, MARKUP, RTL, ZERO_WIDTH, EMOJI))


def write(file: Path) -> None:
    """A seed file of one conversation with all of it in every place that is shown."""
    turns = (f"I say {ALL} and no more.", LONG), (LONG, f"You said {ALL}. Shall we go on?"), (f"I {NUL}", f"You {NUL}")
    pairs = [
        {
            "id": f"fp_hostile_900_turn{number}",
            "conversation_id": "fp_hostile_900",
            "turn_number": number,
            "conversation_metadata": {"client_persona": f"Eve {ALL}", "session_context": ALL, "topic": ALL},
            "system_prompt": f"You are {ALL}",
            "conversation_history": [],
            "current_user_input": user,
            "emotional_context": {
                "detected_emotions": {"primary": f"shame {ALL}", "intensity": 0.5, "valence": ALL},
                "emotional_indicators": {f"kind {ALL}": [ALL]},
            },
            "response_strategy": {"primary_strategy": ALL, "pacing": ALL},
            "target_response": advisor,
            "response_breakdown": {"sentences": [{"sentence_number": 1, "text": ALL, "function": ALL}]},
            "training_metadata": {"quality_score": 5, "human_reviewed": True, "reviewer_notes": ALL},
        }
        for number, (user, advisor) in enumerate(turns, 1)
    ]
    file.write_text(json.dumps({"dataset_metadata": {"dataset_name": ALL}, "training_pairs": pairs}), encoding="utf-8")


def fill(database: Path, conversation_id: str) -> None:
    """The same in every text column of a conversation and of all that hangs on it: notes, audit, versions, calls."""
    with sqlite3.connect(database) as db:
        snapshot = {
            "conversation": {"topic": f"before {ALL}", "status": ALL, "session_context": LONG},
            "turns": [
                {"turn_id": "t", "turn_number": 1, "user_input": f"Before. {ALL}", "target_response": LONG, "note": ALL}
            ],
            "emotions": [{"turn_id": "t", f"odd {ALL}": [ALL, LONG]}],
            "strategies": [],
            "sentences": [],
            "quality": None,
        }
        now = "2026-11-20 10:00:00.000000"
        recorded = {"created_at": now, "created_by": ALL, "updated_at": now}
        _add(db, "conversation_versions", **recorded, conversation_id=conversation_id, version=1, reason=f"x {ALL}",
             snapshot=json.dumps(snapshot), by=ALL, at=now)  # fmt: skip
        change = {"before": json.dumps({ALL: ALL}), "after": json.dumps({ALL: LONG}), "action": f"did {ALL}"}
        _add(db, "audit_log", **recorded, **change, at=now, actor=ALL, entity="conversation",
             entity_id=conversation_id, note=ALL)  # fmt: skip
        _add(db, "generation_logs", **recorded, conversation_id=conversation_id, stage=f"stage {ALL}", model=ALL,
             request=json.dumps({ALL: ALL, "messages": LONG}), response=f"{ALL}\n{LONG}", request_id=ALL,
             stop_reason=ALL, error_class=ALL, error_message=f"{ALL} {LONG}")  # fmt: skip
        findings = [{"check": f"c {ALL}", "severity": "gate", "turn": 1, "role": "client", "sentence": 1,
                     "span": None, "message": ALL, "advice": f"{ALL} {LONG}"},
                    {"check": ALL, "severity": ALL, "turn": ALL, "message": LONG}]  # fmt: skip
        parts = [{"name": ALL, "weight": 1.0, "score": 2.0, "reason": f"{ALL} {LONG}"}]
        db.execute("DELETE FROM quality_metrics WHERE conversation_id = ?", (conversation_id,))
        _add(db, "quality_metrics", **recorded, conversation_id=conversation_id, checked_at=now, checker_version="1",
             parts=json.dumps(parts), findings=json.dumps(findings))  # fmt: skip
        turns = "SELECT turn_id FROM conversation_turns WHERE conversation_id = :id"
        texts = ("id", "conversation_id", "turn_id", "status", "tier", "generation_method", "persona_id", "split")
        for table, where in (
            ("conversations", "conversation_id = :id"),
            ("conversation_turns", "conversation_id = :id"),
            ("emotional_contexts", f"turn_id IN ({turns})"),
            ("response_strategies", f"turn_id IN ({turns})"),
            ("response_breakdowns", f"turn_id IN ({turns})"),
        ):
            for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                if name in texts or name.endswith("_at") or "persona_name" in name:
                    continue
                if kind in ("VARCHAR", "TEXT"):
                    text = f"{name} {ALL} {LONG if name in ('topic_description', 'note') else ''}"
                elif kind == "JSON":
                    text = json.dumps([ALL, {ALL: [ALL, LONG]}] if name.endswith("s") else {ALL: ALL, "x": [LONG]})
                else:
                    continue
                db.execute(f"UPDATE {table} SET {name} = :text WHERE {where}", {"text": text, "id": conversation_id})


def fill_around(file: Path) -> None:
    """All of it in what stands around the conversations: templates, people, arcs, jobs, errors, imports, views."""
    with sqlite3.connect(file) as db:
        now = "2026-11-20 10:00:00.000000"
        recorded = {"created_at": now, "created_by": ALL, "updated_at": now}
        _add(db, "imports", **recorded, by=ALL, at=now, file=ALL, sha256=ALL, warnings=json.dumps([ALL, LONG]),
             counts=json.dumps({"conversations": 1, "added": 1, "turns": 3}))  # fmt: skip
        _add(db, "saved_views", **recorded, name=f"view {ALL}", query="persona:marcus", sort="", by=ALL)
        db.execute("UPDATE generation_jobs SET reason = :t, created_by = :t", {"t": ALL})
        db.execute("UPDATE generation_queue SET error = :t WHERE error <> ''", {"t": f"{ALL} {LONG}"})
        for table, columns in {
            "prompt_templates": ("name", "instructions", "text", "structural_pattern"),
            "personas": ("name", "occupation", "income", "family", "life_situation", "goals"),
            "emotional_arcs": ("name", "strategy"),
            "scenarios": ("title", "setup", "desired_outcome"),
            "topics": ("name",),
        }.items():
            known = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})").fetchall()}
            for name in columns:
                if known.get(name) in ("VARCHAR", "TEXT"):
                    db.execute(f"UPDATE {table} SET {name} = {name} || :t", {"t": f" {ALL}"})


def write_sources(file: Path) -> None:
    """Source documents of one chunk with all of it."""
    chunk = {"chunk_id": "c1", "title": ALL, "section": ALL, "text": f"{ALL}\n{LONG}", "note": ALL,
             "dimensions": {f"{MARKUP} {RTL}"[:90]: ALL, "clarity": 0.5}}  # fmt: skip
    document = {"document_id": "d1", "title": ALL, "primary_category": ALL, "tags": [ALL], "chunks": [chunk]}
    file.write_text(json.dumps({"documents": [document]}), encoding="utf-8")


def _add(db: sqlite3.Connection, table: str, **values: object) -> None:
    known = {row[1]: row for row in db.execute(f"PRAGMA table_info({table})").fetchall()}
    for name, (_, _, kind, required, default, key) in known.items():
        if required and default is None and not key and name not in values:
            values[name] = 0 if kind in ("INTEGER", "BIGINT", "BOOLEAN", "FLOAT") else ""
    names = ", ".join(f'"{name}"' for name in values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))


def assert_harmless(data: bytes) -> None:
    """No command of the text is among the bytes for the terminal."""
    titles_and_clipboard = re.findall(rb"\x1b\][^\x07\x1b]*", data)
    assert [osc for osc in titles_and_clipboard if b"52;" in osc or b"renamed" in osc] == []
    assert b"\x1b[5;7HMOVED" not in data
    assert b"\x00" not in data
    assert not [c for c in data.decode("utf-8", "replace") if "\x80" <= c <= "\x9f"], "no C1 control"
