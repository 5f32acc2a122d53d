"""Draws the pictures of the README and the guide from the real app over a practice run. Run by `make docs`.

Everything is real: the pack, a worker that writes all rows with the simulator, and the app driven by keys.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from core.engine.providers import ProviderSource
from core.engine.service import Order
from core.engine.worker import Worker
from core.services import Services
from core.settings.fields import Settings
from core.setup import prepare_async
from core.status import Verdict

PICTURES = Path(__file__).parent / "pictures"
SHOTS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "main-wide": ((160, 48), ("j", "j", "j")),
    "main": ((80, 24), ("j", "j", "j")),
    "filters": ((80, 24), ("f", "down", "down")),
    "detail": ((160, 48), ("enter",)),
    "emotions": ((160, 48), ("F", "g", "enter", "2")),
    "sentences": ((160, 48), ("F", "g", "enter", "4")),
    "quality": ((80, 24), ("g", "enter", "5")),
    "generate": ((80, 24), ("A",)),
    "export": ((80, 24), ("E",)),
    "help": ((80, 24), ("question_mark",)),
}


async def practise(settings: Settings, *, rows: int) -> None:
    """Write some rows with the simulator and approve a few."""
    await prepare_async(settings)
    services = await Services.open(settings)
    proposal = await services.generation.propose(Order("all"))
    chosen = tuple(row.conversation_id for row in proposal.rows[:rows])
    proposal = await services.generation.propose(Order("selected", chosen))
    services.generation.ensure_worker = lambda: ""  # type: ignore[method-assign]  # the worker runs in this process
    await services.generation.submit(proposal, cap_microusd=5_000_000)
    await Worker(services.database, ProviderSource("")).run()
    await services.review.decide_many(chosen[:7], Verdict.APPROVE)
    await services.close()


async def draw(settings: Settings) -> None:
    """One picture per entry of SHOTS."""
    from tui.app import BrightrunApp

    PICTURES.mkdir(exist_ok=True)
    for name, (size, keys) in SHOTS.items():
        app = BrightrunApp(settings, flags={"database": settings.database, "provider": "simulated"})
        async with app.run_test(size=size) as pilot:
            for _ in range(100):
                await pilot.pause(0.05)
                if app.services is not None and app.overview.total:
                    break
            await pilot.pause(0.5)
            for key in ("slash", *"is:to_review", "enter") if name in ("main-wide", "main", "detail") else ():
                await pilot.press("colon" if key == ":" else "underscore" if key == "_" else key)
            await pilot.pause(0.6)
            for key in keys:
                await pilot.press("colon" if key == ":" else key)
                await pilot.pause(0.3)
            await pilot.pause(0.7)
            (PICTURES / f"{name}.svg").write_text(
                _anonymous(app.export_screenshot(title="brightrun")), encoding="utf-8"
            )


def _anonymous(picture: str) -> str:
    """The picture without the places of the machine that drew it."""
    return picture.replace(str(Path.cwd()), "~/brightrun").replace(str(Path.home()), "~")


def main() -> None:
    """Draw all pictures into docs/pictures."""
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
        asyncio.run(draw(settings))


if __name__ == "__main__":
    main()
