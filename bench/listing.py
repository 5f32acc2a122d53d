"""How long a filter, an order and a count take at 100,000 rows, beside the barest listing SQLite can give.

Run by hand: `python bench/listing.py [--rows N] [--database FILE]`; a file that is named is made when missing and kept.
Times are those of `Browser`, which is what a key press waits for. Prints the median, the 95th of a hundred, and the
ratio to reading all ids in the order of the table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from core.browse import FACETS, Browser
from core.query import parse
from core.settings.fields import Settings
from core.setup import prepare
from data import coverage
from data.conversations import CONVERSATIONS, QUALITY, TURNS
from data.engines import Database

BUDGET_MS, ON_SCREEN_MS = 50, 150
SEEDS = Path(__file__).parents[1] / "seeds" / "financial_planning" / "conversations"
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "tier": ("template", "template", "template", "scenario", "scenario", "edge_case"),
    "persona_id": ("marcus", "jennifer", "david", "mixed", "mixed"),
    "starting_emotion": ("confusion", "shame", "anxiety", "grief", "overwhelm", "anger", "hope"),
    "ending_emotion": ("clarity", "acceptance", "confidence", "healing", "calm", "relief", "referral"),
    "arc_id": tuple(f"arc_{n}" for n in range(12)),
    "content_category": ("retirement", "investing", "insurance", "debt", "cash_flow", "tax", "estate", "education"),
    "intent": ("get_advice", "make_a_decision", "understand_options", "express_a_fear"),
    "tone": ("professional", "casual", "urgent", "exploratory"),
    "role_pair": ("client_advisor", "couple_advisor"),
    "topic_cluster": ("benefits", "debt", "family", "planning", "crisis"),
    "outcome": ("resolved", "action_plan", "referral", "ongoing"),
}
# As long as those of a real check.
PARTS: list[dict[str, Any]] = [
    {"name": name, "score": 8.0, "weight": 15, "reason": "Three turns, as the plan has them; no message is too long."}
    for name in ("turns", "lengths", "completeness", "progression", "pacing", "voice", "variety")
]
FINDINGS = [{"check": "length", "severity": "warning", "text": "Turn 2 has 320 words; the profile allows 280."}]
PAIRS = (("persona", "arc"), ("start", "end"), ("category", "intent"), ("arc", "cluster"), ("tier", "status"))
STATUSES = ("planned", "planned", "planned", "generated", "generated", "approved", "approved", "rejected", "failed")
QUERIES = (
    "",
    "persona:marcus",
    "persona:marcus tier:1 status:generated",
    "tone:casual,urgent -category:debt",
    "score:<6",
    "rubric:>=4 cost:<0.05",
    "is:to_review sort:review",
    "sort:review",
    "is:not_ready",
    "is:incomplete",
    "updated:>=2026-11-15",
    "template:1",
    "arc:arc_3 sort:-score",
    "sort:persona",
    "sort:topic",
    "sort:-updated",
    "sort:-cost",
    "sort:category",
    "sort:-duration",
    "marcus",
    "money",
    "vest",
    '"credit card"',
    "term77",
    "ma",
    "topic:retirement",
    "persona:marcus money",
    "-money",
)


async def fill(path: Path, rows: int) -> None:
    """A database of so many rows, two thirds of them with three turns."""
    chance = random.Random(7)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    database = Database(path)

    words = real_words()

    def said(count: int) -> str:
        begin = chance.randrange(len(words) - count)
        return " ".join((*words[begin : begin + count - 1], f"term{int(chance.paretovariate(0.4)) % 20_000}"))

    for first in range(0, rows, 2000):
        plan: list[dict[str, Any]] = []
        turns: list[dict[str, Any]] = []
        for n in range(first, min(first + 2000, rows)):
            status, name = chance.choice(STATUSES), f"bench_{n:06}"
            has_text = status not in ("planned", "failed")
            values: dict[str, Any] = {column: chance.choice(values) for column, values in DIMENSIONS.items()}
            score = round(chance.uniform(3, 10), 1) if has_text else None
            plan.append(
                values
                | {"conversation_id": name, "number": 1000 + n, "pack_key": "bench", "status": status, "version": 1}
                | {"persona_name": f"{chance.choice(('Marcus', 'Jennifer', 'David'))} {n % 997}", "topic": said(4)}
                | {"topic_description": said(20), "turn_count": 3 if has_text else 0, "target_turns": 4}
                | {"quality_score": score, "rubric_overall": score and round(score / 2, 2)}
                | {"actual_cost_microusd": chance.randrange(10_000, 90_000) if has_text else None}
                | {"generation_duration_ms": chance.randrange(9000, 90_000) if has_text else None}
                | {"generation_method": "claude_api" if has_text else "", "needs_review": bool(score and score < 6)}
                | {"annotation_complete": has_text and n % 5 > 0}
                | {"updated_at": start + timedelta(seconds=chance.randrange(1_700_000))}
            )
            turns += [
                {"turn_id": f"{name}_{t}", "conversation_id": name, "turn_number": t}
                | {"user_input": said(40), "target_response": said(120)}
                for t in range(1, 4 if has_text else 1)
            ]
        figures = [
            {"conversation_id": row["conversation_id"], "parts": PARTS, "findings": FINDINGS, "checked_at": start}
            | {"all_required_fields_complete": row["annotation_complete"]}
            for row in plan
            if row["turn_count"]
        ]
        async with database.write() as session:
            await session.execute(insert(CONVERSATIONS), plan)
            await session.execute(insert(QUALITY), figures)
            await session.execute(insert(TURNS), turns)
    await database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ANALYZE")
    connection.close()


def real_words() -> list[str]:
    """The words of the hand-written conversations in their order, so that common ones are as common as they are."""
    pairs = [pair for file in sorted(SEEDS.glob("*.json")) for pair in json.loads(file.read_text())["training_pairs"]]
    return " ".join(f"{pair['current_user_input']} {pair['target_response']}" for pair in pairs).split()


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return statistics.median(times), times[max(0, int(len(times) * 0.95) - 1)]


def main() -> None:
    """Measure and print; the exit code tells whether the budget holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--database", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "bench.db"
        if not path.exists():
            began = time.perf_counter()
            prepare(Settings(database=str(path)))
            asyncio.run(fill(path, options.rows))
            print(f"made {options.rows:,} rows in {time.perf_counter() - began:.0f} s, {path.stat().st_size >> 20} MB")
        over = measure(path, Path(folder), options.runs)
    raise SystemExit(over > 0)


def measure(path: Path, state: Path, runs: int) -> int:
    """Print a line for each query, and how many are over the budget."""
    bare = sqlite3.connect(path)
    base, _ = timed(lambda: bare.execute("SELECT group_concat(id) FROM conversations").fetchone(), runs)
    bare.close()
    browser = Browser(path, state)
    over = 0
    print(f"{'':44}{'rows':>9}{'median':>9}{'p95':>9}{'ratio':>8}   bare listing {base:.1f} ms")

    def line(name: str, count: int, work: Callable[[], object], budget: float = BUDGET_MS) -> int:
        median, high = timed(work, runs)
        sign = "" if high <= budget else f"  over {budget:.0f} ms"
        print(f"{name:44}{count:9,}{median:9.1f}{high:9.1f}{median / base:8.1f}{sign}")
        return high > budget

    for query in QUERIES:
        browser.set_view(parse(query))
        over += line(query or "(all)", len(browser.ids()), browser.ids)
    browser.set_view(parse(""))
    ids = browser.ids()
    over += line("a page of 100", 100, lambda: browser.page(ids[50_000:50_100]))
    over += line("counts of the header", browser.overview().total, browser.overview)
    over += line("next to review", 1, lambda: browser.next_to_review(ids[50_000], ids))
    for query in ("", "persona:marcus tier:1", "money"):
        for names in (("is", "status", "tier", "persona"), FACETS):
            what = f"{'all' if len(names) > 4 else 'open'} facets, {query or 'no filter'}"
            line(what, len(names), lambda query=query, names=names: browser.facets(parse(query), names), ON_SCREEN_MS)  # type: ignore[misc]
    browser.close()
    for rows, columns in PAIRS:
        over += line(
            f"coverage, {rows} by {columns}", 1, lambda pair=(rows, columns): matrix(path, *pair), ON_SCREEN_MS
        )  # type: ignore[misc]
    return over


def matrix(path: Path, rows: str, columns: str) -> object:
    """The coverage of two dimensions, with the opening of the database."""

    async def read() -> object:
        database = Database(path)
        async with database.read() as session:
            found = await coverage.matrix(session, rows, columns)
        await database.close()
        return found

    return asyncio.run(read())


if __name__ == "__main__":
    main()
