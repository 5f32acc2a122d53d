"""How long an import of many conversations and its undo take, and how much memory: JSON lines of a trainer, and
annotated seeds.

Run by hand: `python bench/importing.py [--conversations N]`. Makes the files and a database in a temporary folder;
prints seconds and megabytes, and whether the budget of five minutes for 10,000 conversations holds.
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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BUDGET_S = 300
CLIENT = (
    "I opened the drawer with the hospital bills again last night, {n} of them, and closed it before I had counted. "
    "My son asked me what the drawer is for, and I told him that it is where the old batteries live."
)
ADVISOR = (
    "{n} envelopes in a drawer are heavier than they look, and you opened it anyway. Let us take one of them, and read "
    "only the line that says what it is for. Nothing has to be paid tonight. When you have the line, copy it here for "
    "me, and we will find out together whether it is a bill at all. Does tonight suit you?"
)


def chat_lines(number: int) -> str:
    """A file of JSON lines with three exchanges each."""
    lines = []
    for n in range(number):
        messages = [{"role": "system", "content": "You are Elena."}]
        for turn in range(3):
            messages.append({"role": "user", "content": CLIENT.format(n=n * 7 + turn)})
            messages.append({"role": "assistant", "content": ADVISOR.format(n=n * 7 + turn)})
        lines.append(json.dumps({"id": f"bench_{n}", "messages": messages}))
    return "\n".join(lines)


def seed_file(number: int) -> str:
    """A file that lists annotated conversations, each message in a pair of its own."""
    groups = []
    for n in range(number):
        pairs = []
        for turn in range(3):
            asked, told = CLIENT.format(n=n * 7 + turn), ADVISOR.format(n=n * 7 + turn)
            feelings = {"detected_emotions": {"primary": "shame", "primary_confidence": 0.8, "intensity": 0.7}}
            sentences = [
                {"sentence_number": s, "text": part, "function": "validate"}
                for s, part in enumerate(told.split(". "), 1)
            ]
            pairs.append({"current_user_input": asked, "target_response": None, "emotional_context": feelings})
            pairs.append(
                {
                    "current_user_input": None,
                    "target_response": told,
                    "response_strategy": {"primary_strategy": "listen", "pacing": "slow"},
                    "response_breakdown": {"sentences": sentences},
                }
            )
        groups.append({"conversation_metadata": {"conversation_id": f"seed_{n}"}, "training_pairs": pairs})
    return json.dumps({"training_file_metadata": {"version": "4.0.0"}, "conversations": groups})


async def measured(path: Path, database: Path) -> tuple[float, float]:
    """Seconds that the import of one file takes, and its undo."""
    from core.services import Services
    from core.settings.fields import Settings

    services = await Services.open(Settings(database=str(database), reviewer="bench"))
    start = time.perf_counter()
    steps: list[tuple[int, int]] = []
    report = await services.imports.run([path], on_progress=lambda done, total: steps.append((done, total)))
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    await services.imports.undo(report.files[0].import_id)
    back = time.perf_counter() - start
    await services.close()
    assert len(steps) > 1, "no progress was told"
    return seconds, back


def main() -> None:
    """Measure both files, each in a fresh database."""
    from core.settings.fields import Settings
    from core.setup import prepare

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    number = parser.parse_args().conversations
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("chat.jsonl", chat_lines), ("seeds.json", seed_file)):
            path, database = Path(folder) / name, Path(folder) / f"{name}.db"
            path.write_text(make(number), encoding="utf-8")
            prepare(Settings(database=str(database), reviewer="bench"))
            seconds, back = asyncio.run(measured(path, database))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            size = path.stat().st_size / 1024 / 1024
            holds = "holds" if seconds * 10_000 / number <= BUDGET_S else "FAILS"
            print(
                f"{name:<11} {number:>6,} conversations, {size:6.1f} MiB: {seconds:6.1f} s, undo {back:5.1f} s, "
                f"at most {memory:,.0f} MiB; {BUDGET_S} s for 10,000: {holds}"
            )


if __name__ == "__main__":
    main()
