"""Speed and memory of exports: each format beside writing the very same objects with json.dumps, in one run.

Run by hand: `python bench/export.py [--conversations N] [--formats openai,trl]`. A ratio of 1 is as fast as
json.dumps, which reads no database, checks nothing and hashes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from core.export.service import ExportRequest, ExportService
from core.seedformat.documents import as_text_rows
from core.seedformat.mapping import pair_to_rows
from core.settings.fields import Settings
from core.setup import prepare
from data.conversations import CONVERSATIONS, EMOTIONS, SENTENCES, STRATEGIES, TURNS, TextRows
from data.criteria import Criteria
from data.engines import Database

SEEDS = Path(__file__).parents[1] / "seeds" / "financial_planning" / "conversations"
FORMATS = ("openai", "anthropic", "sharegpt", "trl", "alpaca")
BUDGET, MEMORY_MB = 0.5, 300


async def fill(path: Path, conversations: int) -> None:
    """A database of approved conversations of real size; annotated only where few are asked for."""
    files = sorted(SEEDS.glob("*.json"))
    seeds = [json.loads(file.read_text(encoding="utf-8"))["training_pairs"] for file in files]
    database = Database(path)
    for start in range(0, conversations, 1000):
        rows: list[dict[str, Any]] = []
        text = TextRows()
        for n in range(start, min(start + 1000, conversations)):
            name, pairs = f"bench_{n:06}", seeds[n % len(seeds)]
            turns = as_text_rows(pair_to_rows(pair, name, i) for i, pair in enumerate(pairs, 1))
            text.extend(turns)
            words = sum(turn["word_count"] for turn in turns.turns)
            rows.append(
                {"conversation_id": name, "number": 100_000 + n, "pack_key": "financial_planning", "status": "approved"}
                | {"tier": "template", "persona_id": "marcus", "generation_method": "claude_api", "version": 1}
                | {"turn_count": len(pairs), "word_count": words}
            )
        async with database.write() as session:
            await session.execute(insert(CONVERSATIONS), rows)
            tables = [(TURNS, text.turns)]
            if conversations <= 10_000:
                tables += [(EMOTIONS, text.emotions), (STRATEGIES, text.strategies), (SENTENCES, text.sentences)]
            for table, entries in tables:
                keys = sorted({key for entry in entries for key in entry})
                await session.execute(insert(table), [{key: entry.get(key) for key in keys} for entry in entries])
    await database.close()


def baseline(file: Path, folder: Path) -> float:
    """Seconds that json.dumps and writing take for the objects of a file, read in portions that are not counted."""
    spent = 0.0
    with file.open("rb") as stream, (folder / "baseline").open("w", encoding="utf-8") as out:
        while lines := stream.readlines(1 << 24):
            objects = [json.loads(line) for line in lines]
            began = time.perf_counter()
            for one in objects:
                out.write(json.dumps(one) + "\n")
            spent += time.perf_counter() - began
    return spent


async def export(path: Path, format_: str, folder: Path) -> tuple[float, Path]:
    """Seconds of one export, and its file."""
    database = Database(path)
    service = ExportService(database, "bench")
    began = time.perf_counter()
    result = await service.write(ExportRequest(format_, Criteria(words=("bench_",)), folder))  # type: ignore[arg-type]
    spent = time.perf_counter() - began
    await database.close()
    return spent, result.files[0]


def main() -> None:
    """Print a line per format."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=100_000)
    options.add_argument("--formats", default=",".join(FORMATS))
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "bench.db"
        prepare(Settings(database=str(path), reviewer="bench"))
        asyncio.run(fill(path, chosen.conversations))
        print(f"{chosen.conversations:,} conversations; budget: at least {BUDGET} of json.dumps, under {MEMORY_MB} MB")
        for format_ in chosen.formats.split(","):
            reading, writing = os.pipe()
            child = os.fork()
            if not child:  # a process of its own: what it needs at most is measured for it alone
                spent, file = asyncio.run(export(path, format_, folder / format_))
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                os.write(writing, json.dumps([spent, str(file), memory]).encode())
                os._exit(0)
            os.close(writing)
            os.waitpid(child, 0)
            spent, file, memory = json.loads(os.read(reading, 4096))
            os.close(reading)
            plain = baseline(Path(file), folder) if file.endswith(".jsonl") else 0.0
            size = Path(file).stat().st_size >> 20
            ratio = f"{plain / spent:4.2f} of json.dumps ({plain:5.2f} s)" if plain else ""
            print(f"{format_:10} {spent:6.2f} s  {size:5} MiB  {memory:4} MB  {ratio}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
