"""Speed and memory of exports: each format beside writing the very same objects with json.dumps, in one run.

Run by hand: `python bench/export.py [--conversations N,M] [--formats openai,json] [--keep DIR]`. A ratio of 1 is as
fast as json.dumps, which reads no database, checks nothing and hashes nothing. Each export is a process of its own,
whose processor time (with that of the process that reads back) and memory are told beside the seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from core.export import plain_json
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
WHOLE = ("json", "csv", "seed-json", "markdown")  # more to choose from: they carry the annotation
BUDGET, MEMORY_MB = 0.5, 300


SOME = 1000  # conversations that are made; the others are copies of them


async def fill(path: Path, conversations: int) -> None:
    """A database of approved conversations of real size; annotated only where few are asked for."""
    files = sorted(SEEDS.glob("*.json"))
    seeds = [json.loads(file.read_text(encoding="utf-8"))["training_pairs"] for file in files]
    rows: list[dict[str, Any]] = []
    text = TextRows()
    for n in range(min(SOME, conversations)):
        name, pairs = f"bench_{n:06}", seeds[n % len(seeds)]
        turns = as_text_rows(pair_to_rows(pair, name, i) for i, pair in enumerate(pairs, 1))
        text.extend(turns)
        words = sum(turn["word_count"] for turn in turns.turns)
        rows.append(
            {"conversation_id": name, "number": 100_000 + n, "pack_key": "financial_planning", "status": "approved"}
            | {"tier": "template", "persona_id": "marcus", "generation_method": "claude_api", "version": 1}
            | {"turn_count": len(pairs), "word_count": words}
        )
    database = Database(path)
    async with database.write() as session:
        await session.execute(insert(CONVERSATIONS), rows)
        tables = [(TURNS, text.turns)]
        if conversations <= SOME:
            tables += [(EMOTIONS, text.emotions), (STRATEGIES, text.strategies), (SENTENCES, text.sentences)]
        for table, entries in tables:
            keys = sorted({key for entry in entries for key in entry})
            await session.execute(insert(table), [{key: entry.get(key) for key in keys} for entry in entries])
    await database.close()
    copy(path, conversations)


def copy(path: Path, conversations: int) -> None:
    """Multiply what is there; the search index, which an export does not read, is left behind."""
    with sqlite3.connect(path) as db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search%'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for part in range(1, conversations // SOME):
            other = {"id": "NULL", "number": f"number + {part * SOME}"}
            for name in ("conversation_id", "turn_id"):
                other[name] = f"'bench_{part:03}' || substr({name}, 10)"
            for table in ("conversations", "conversation_turns"):
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
                values = ", ".join(other.get(column, column) for column in columns)
                db.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} "
                    "WHERE conversation_id LIKE 'bench_000%'"
                )
        db.commit()
    db.close()


def baseline(file: Path, format_: str, folder: Path) -> float:
    """Seconds that json.dumps and writing take for the objects of a file, read in portions that are not counted."""
    spent = 0.0
    objects = objects_of(file, format_)
    with (folder / "baseline").open("w", encoding="utf-8") as out:
        while some := list(islice(objects, 1000)):
            began = time.perf_counter()
            for one in some:
                out.write(json.dumps(one) + "\n")
            spent += time.perf_counter() - began
    return spent


def objects_of(file: Path, format_: str) -> Iterator[Any]:
    """What the records of a file say; nothing for those that are no data."""
    with file.open(encoding="utf-8", newline="\n") as stream:
        if format_ in FORMATS:
            yield from map(json.loads, stream)
        elif format_ == "json":
            yield from plain_json.read_back(file)
        elif format_ == "csv":
            csv.field_size_limit(1 << 26)
            yield from csv.DictReader(stream)
        elif format_ == "seed-json":
            yield from json.load(stream)["training_pairs"]


async def export(path: Path, format_: str, folder: Path) -> tuple[float, Path]:
    """Seconds of one export, and its file."""
    database = Database(path)
    service = ExportService(database, "bench")
    request = ExportRequest(format_, Criteria(), folder, merge=format_ in ("seed-json", "markdown"))  # type: ignore[arg-type]
    began = time.perf_counter()
    result = await service.write(request)
    spent = time.perf_counter() - began
    await database.close()
    return spent, result.files[0]


def alone(path: Path, format_: str, folder: Path) -> None:
    """Export, and print what it took: seconds, processor time, megabytes, and the file."""
    spent, file = asyncio.run(export(path, format_, folder))
    mine, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime
    print(json.dumps([spent, busy, most_memory(), str(file)]))


def most_memory() -> int:
    """The megabytes that this process has held at most: `ru_maxrss` would count those of the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def measure(path: Path, format_: str, folder: Path) -> tuple[float, float, int, Path]:
    """The same of a process of its own."""
    asked = [sys.executable, __file__, "--alone", str(path), format_, str(folder)]
    spent, busy, memory, file = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    return spent, busy, memory, Path(file)


def main() -> None:
    """Print a line per format and size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", default="10000,100000", help="a tenth first: memory must not follow")
    options.add_argument("--formats", default=",".join(FORMATS), help=f"also {', '.join(WHOLE)}")
    options.add_argument("--keep", type=Path, help="where the databases stay for the next run")
    options.add_argument("--alone", nargs=3, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.alone:
        path, format_, folder = chosen.alone
        alone(Path(path), format_, Path(folder))
        return
    missed = False
    with tempfile.TemporaryDirectory() as name:
        print(f"budget: at least {BUDGET} of json.dumps at 100,000 conversations, under {MEMORY_MB} MB")
        print("format     conversations  seconds  cpu      size  memory    of json.dumps")
        for conversations in map(int, chosen.conversations.split(",")):
            path = (chosen.keep or Path(name)) / f"bench-{conversations}.db"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                prepare(Settings(database=str(path), reviewer="bench"))
                asyncio.run(fill(path, conversations))
            for format_ in chosen.formats.split(","):
                folder = Path(name) / str(conversations)
                spent, busy, memory, file = measure(path, format_, folder / format_)
                plain = baseline(file, format_, Path(name))
                size = file.stat().st_size >> 20
                ratio = f"{plain / spent:4.2f} ({plain:5.2f} s)" if plain else ""
                figures = f"{conversations:13,} {spent:8.2f} {busy:5.2f} {size:5} MiB {memory:4} MB {ratio:>15}"
                print(f"{format_:10} {figures}", flush=True)
                slow = format_ in FORMATS and conversations >= 100_000 and plain / spent < BUDGET
                missed |= slow or memory > MEMORY_MB
                shutil.rmtree(folder, ignore_errors=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
