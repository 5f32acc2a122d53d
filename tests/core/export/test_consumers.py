"""The files in the hands of those who train: Hugging Face `datasets` itself reads them, with one type per field.

`datasets` comes with the extra `consumers` (make test-all). TRL needs torch and OpenAI has no offline check: their
published checks are written out here once more, apart from the code that they judge.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.export.request import ExportRequest
from core.services import Services
from data.criteria import Criteria

pytestmark = pytest.mark.slow

LOADING = """
import json, sys
from datasets import load_dataset
kind, *files = sys.argv[1:]
found = load_dataset(kind, data_files={f"part{n}": name for n, name in enumerate(files)})
rows = {part: len(rows) for part, rows in found.items()}
first = found["part0"][0]
print(json.dumps({"rows": rows, "columns": found["part0"].column_names, "first": first, "last": found["part0"][-1]}))
"""


def _loaded(kind: str, files: list[Path], home: Path) -> dict[str, Any]:
    names = ("PATH", "LANG")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment |= {"HF_HOME": str(home), "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", LOADING, kind, *map(str, files)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def openai_would_say(rows: list[Any]) -> dict[str, int]:
    """The format check that OpenAI publishes for chat fine-tuning: error name and how often; empty when fine."""
    errors: dict[str, int] = {}

    def note(name: str) -> None:
        errors[name] = errors.get(name, 0) + 1

    for row in rows:
        if not isinstance(row, dict):
            note("data_type")
            continue
        messages = row.get("messages")
        if not messages:
            note("missing_messages_list")
            continue
        for message in messages:
            if "role" not in message or "content" not in message:
                note("message_missing_key")
            if any(key not in ("role", "content", "name", "function_call", "weight") for key in message):
                note("message_unrecognized_key")
            if message.get("role") not in ("system", "user", "assistant", "function"):
                note("unrecognized_role")
            if not message.get("content") or not isinstance(message["content"], str):
                note("missing_content")
        if not any(message.get("role") == "assistant" for message in messages):
            note("example_missing_assistant_message")
    return errors


def trl_sees_a_conversation(example: dict[str, Any]) -> bool:
    """TRL's check for conversational data, from its description."""
    known = [key for key in ("prompt", "chosen", "rejected", "completion", "messages") if key in example]
    if not known:
        return False
    value = example[known[0]]
    return isinstance(value, list) and isinstance(value[0], dict) and "role" in value[0] and "content" in value[0]


@pytest.mark.parametrize("per", ["conversation", "turn"])
@pytest.mark.parametrize("format_", ["openai", "anthropic", "sharegpt", "trl", "alpaca"])
async def test_datasets_loads_every_trainer_format_whole(
    services: Services, tmp_path: Path, format_: Any, per: Any
) -> None:
    annotated = True if format_ in ("sharegpt", "trl", "alpaca") else None
    wanted = ExportRequest(format_, Criteria(), tmp_path / "out", per=per, annotation=annotated, split=(0.6, 0.2, 0.2))
    result = await services.export.write(wanted)
    loaded = _loaded("json", list(result.files), tmp_path)
    lines = [file.read_text(encoding="utf-8").splitlines() for file in result.files]
    assert list(loaded["rows"].values()) == [len(part) for part in lines]
    for place, name in ((0, "first"), (-1, "last")):
        written = json.loads(lines[0][place])
        assert set(loaded["columns"]) == set(written)
        assert _without_nothing(loaded[name]) == written
    rows = [json.loads(line) for part in lines for line in part]
    if format_ == "openai":
        assert openai_would_say(rows) == {}
    if format_ == "trl":
        assert all(trl_sees_a_conversation(row) for row in rows)


async def test_datasets_loads_the_spreadsheet(services: Services, tmp_path: Path) -> None:
    result = await services.export.write(ExportRequest("csv", Criteria(), tmp_path / "out"))
    assert _loaded("csv", list(result.files), tmp_path)["rows"] == {"part0": 41}


@pytest.mark.parametrize("format_", ["openai", "anthropic", "sharegpt", "trl"])
@pytest.mark.parametrize("per", ["conversation", "turn"])
async def test_the_axolotl_configuration_reads_the_files_written(
    services: Services, tmp_path: Path, format_: Any, per: Any
) -> None:
    import yaml

    wanted = ExportRequest(format_, Criteria(), tmp_path / "out", per=per, split=(0.8, 0.1, 0.1))
    result = await services.export.write(wanted)
    path = result.folder / "axolotl.yaml"
    assert path.exists() is ((format_, per) != ("trl", "turn"))
    if not path.exists():
        return
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry, file in zip(settings["datasets"] + settings["test_datasets"], result.files, strict=False):
        assert (result.folder / entry["path"]).samefile(file)
        row = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
        mapping = entry["message_property_mappings"]
        roles = {"human": "user", "gpt": "assistant"}
        spoken = [roles.get(m[mapping["role"]], m[mapping["role"]]) for m in row[entry["field_messages"]]]
        assert [role for role in spoken if role != "system"][:2] == ["user", "assistant"]
        assert all(m[mapping["content"]] for m in row[entry["field_messages"]])


def _without_nothing(value: Any) -> Any:
    """Typed columns give null where a record had no such key."""
    if isinstance(value, dict):
        return {key: _without_nothing(child) for key, child in value.items() if child is not None}
    return [_without_nothing(child) for child in value] if isinstance(value, list) else value
