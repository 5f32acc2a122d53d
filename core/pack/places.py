"""Where packs and prompt templates lie, and a mark that tells whether any of their files changed since.

Every start asks here whether there is anything to load; reading and checking the files themselves is `core.pack.files`.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from core.errors import PackError
from core.version import VERSION
from data.migrations import HEAD

SEEDS = Path(__file__).parents[2] / "seeds"
PROMPTS = Path(__file__).parents[2] / "prompts"


def find_pack(name: str) -> Path:
    """The folder of a pack given by name or path. Raises PackError when there is none."""
    for folder in (Path(name), SEEDS / name):
        if (folder / "pack.json").is_file():
            return folder
    known = ", ".join(sorted(p.parent.name for p in SEEDS.glob("*/pack.json")))
    raise PackError(f"There is no pack {name!r}.", f"Name a folder with a pack.json, or one of: {known}.")


def pack_files(folder: Path) -> list[Path]:
    """The files that make a pack what it is, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".csv"))


def files_mark(pack: str) -> str:
    """Changes when a file of the pack or a template was written, added or removed, or brightrun is another version.

    Raises PackError when there is no such pack, OSError when its folder cannot be read.
    """
    folder = find_pack(pack)
    mark = 0
    for path in (*pack_files(folder), *sorted(PROMPTS.glob("*.md"))):
        found = path.stat()
        mark = crc32(f"{path} {found.st_mtime_ns} {found.st_size}".encode(), mark)
    return f"{VERSION} {HEAD} {folder.resolve()} {mark:08x}"
