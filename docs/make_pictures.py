"""Draws the pictures of the README and the guide from the real app over a practice run. Run by `make docs`.

Everything is real: the pack, a worker that writes all rows with the simulator, and the app driven by keys.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.engine.orders import Order
from core.engine.providers import ProviderSource
from core.engine.worker import Worker
from core.pack.places import find_pack
from core.query import parse
from core.services import Services
from core.settings.fields import Settings
from core.setup import prepare_async
from core.status import Verdict

PICTURES = Path(__file__).parent / "pictures"
SMALL, WIDE = (80, 24), (160, 48)
TO_REVIEW = ("slash", *"is:to_review", "enter")
SEED = ("g", "enter")  # the first row: a hand-written example, annotated in full
# Size of the terminal and the keys that lead from the start to the picture.
SHOTS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "main-wide": (WIDE, (*TO_REVIEW, "j", "j", "j")),
    "main": (SMALL, (*TO_REVIEW, "j", "j", "j")),
    "filters": (SMALL, ("f", "down", "down")),
    "search": (SMALL, ("slash", *"persona:marcus sta")),
    "columns": (SMALL, ("c",)),
    "views": (SMALL, ("V",)),
    "generate": (SMALL, ("A",)),
    "jobs": (SMALL, ("J",)),
    "job": (SMALL, ("J", "enter")),
    "call": (SMALL, ("J", "enter", "down", "enter")),
    "summary": (SMALL, ("J", "enter", "S")),
    "detail": (WIDE, (*TO_REVIEW, "enter")),
    "emotions": (WIDE, (*SEED, "2")),
    "strategy": (SMALL, (*SEED, "3")),
    "sentences": (WIDE, (*SEED, "4")),
    "quality": (SMALL, (*TO_REVIEW, "G", "enter", "5")),
    "history": (SMALL, (*TO_REVIEW, "g", "enter", "6")),
    "json": (SMALL, (*SEED, "7")),
    "edit": (SMALL, (*TO_REVIEW, "i")),
    "why": (SMALL, (*TO_REVIEW, "alt+r")),
    "bulk": (SMALL, (*TO_REVIEW, "B")),
    "regenerate": (SMALL, (*TO_REVIEW, "R")),
    "export": (SMALL, ("E",)),
    "dashboard": (SMALL, ("Q",)),
    "coverage": (SMALL, ("C",)),
    "proposals": (SMALL, ("C", "p", *"6", "enter")),
    "plan-row": (SMALL, ("N",)),
    "templates": (SMALL, ("T",)),
    "template": (SMALL, ("T", "j", "enter")),
    "settings": (SMALL, ("S",)),
    "sources": (WIDE, ("K", "j")),
    "import": (SMALL, ("I", "n", *"new.json", "enter")),
    "help": (SMALL, ("question_mark",)),
    "palette": (SMALL, (":", *"theme")),
    "tour": (SMALL, (":", *"tour", "enter")),
}


def documents() -> dict[str, Any]:
    """Source documents of a small handbook."""
    texts = {
        "Why the first thousand matters": "A first thousand is not a goal, it is a shock absorber. It turns a flat "
        "tyre from a debt into a bad afternoon. Keep it where it can be reached in a day and is not seen every day.",
        "Two orders of paying debts": "Highest rate first costs least. Smallest balance first shows an end soonest. "
        "Which one is right depends on what has kept you from starting.",
        "What a match is": "A match is pay that you get only if you save. Half of what you put in, up to a share of "
        "your wage, is a usual form. Not taking it is a pay cut that nobody announces.",
    }
    measures = ("clarity", "warmth", "urgency", "complexity", "depth", "practicality", "evidence", "tension")
    chunks = [
        {
            "chunk_id": f"handbook-{number}",
            "title": title,
            "section": "Basics",
            "text": text,
            "dimensions": {"audience": "first jobs"}
            | {name: round(0.3 + 0.08 * ((7 * place + 3 * number) % 9), 2) for place, name in enumerate(measures)},
        }
        for number, (title, text) in enumerate(texts.items(), 1)
    ]
    document = {"document_id": "handbook", "title": "Handbook", "primary_category": "Cash flow", "chunks": chunks}
    return {"documents": [document | {"tags": ["Debt", "Explainer"]}]}


async def practise(settings: Settings, *, rows: int) -> None:
    """Write some rows with the simulator and approve a few."""
    await prepare_async(settings)
    services = await Services.open(settings)
    proposal = await services.generation.propose(Order("all"))
    chosen = tuple(row.conversation_id for row in proposal.rows[:rows])
    proposal = await services.generation.propose(Order("selected", chosen, depth="full"))
    services.generation.ensure_worker = lambda: ""  # type: ignore[method-assign]  # the worker runs in this process
    await services.generation.submit(proposal, cap_microusd=5_000_000)
    await Worker(services.database, ProviderSource("")).run()
    await services.review.decide_many(chosen[:7], Verdict.APPROVE)
    folder = Path(settings.database).parent
    (folder / "documents.json").write_text(json.dumps(documents()), encoding="utf-8")
    await services.chunks.run(str(folder / "documents.json"))
    await services.chunks.link(["handbook-1"], [proposal.rows[-1].conversation_id, "fp_mixed_040"])
    seed = json.loads((find_pack("financial_planning") / "conversations" / "fp_marcus_002.json").read_text("utf-8"))
    for pair in seed["training_pairs"]:
        pair["conversation_id"] = pair["conversation_id"].replace("002", "902")
    (folder / "new.json").write_text(json.dumps(seed), encoding="utf-8")
    await services.views.save("Marcus to review", parse("persona:marcus is:to_review"))
    await services.close()


async def draw(settings: Settings, wanted: list[str]) -> None:
    """One picture per entry of SHOTS, or only those that are named."""
    from tui.app import BrightrunApp

    PICTURES.mkdir(exist_ok=True)
    for name, (size, keys) in SHOTS.items():
        if wanted and name not in wanted:
            continue
        flags = {"database": settings.database, "provider": "simulated", "reviewer": settings.reviewer}
        app = BrightrunApp(settings, view="", flags=flags)
        async with app.run_test(size=size) as pilot:
            for _ in range(100):
                await pilot.pause(0.05)
                if app.services is not None and app.overview.total:
                    break
            await pilot.pause(0.5)
            for key in keys:
                await pilot.press({":": "colon", "_": "underscore", "<": "less_than_sign", " ": "space"}.get(key, key))
                await pilot.pause(0.05 if len(key) == 1 and key.islower() else 0.4)
            await pilot.pause(1.2)
            app.clear_notifications()
            await pilot.pause(0.3)
            (PICTURES / f"{name}.svg").write_text(
                _anonymous(app.export_screenshot(title="brightrun"), settings), encoding="utf-8"
            )


def _anonymous(picture: str, settings: Settings) -> str:
    """The picture without the places of the machine that drew it."""
    picture = picture.replace(str(Path(settings.database).parent), "~/.local/share")
    return picture.replace(str(Path.cwd()), "~/brightrun").replace(str(Path.home()), "~")


def main() -> None:
    """Draw all pictures, or those that are named, into docs/pictures."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder
        settings = Settings(
            database=f"{folder}/brightrun.db",
            reviewer="maria",
            provider="simulated",
            simulator_pace=0.0,
            concurrency=8,
        )
        asyncio.run(practise(settings, rows=60))
        os.chdir(folder)  # where files are brought in from
        asyncio.run(draw(settings, sys.argv[1:]))


if __name__ == "__main__":
    main()
