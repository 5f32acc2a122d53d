"""Every setting once: its type, default, meaning and bounds; and a quick reader for the first frame.

The quick reader uses only `tomllib` and the environment and takes what it can; `core.settings.model` validates all of
it a moment later and says clearly what is wrong. Secrets are never settings: see `core.settings.keys`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

ENV_PREFIX = "BRIGHTRUN_"


def config_file() -> Path:
    """The settings file in the XDG configuration directory (BRIGHTRUN_CONFIG names another)."""
    named = os.environ.get(f"{ENV_PREFIX}CONFIG")
    return Path(named) if named else platformdirs.user_config_path("brightrun") / "config.toml"


def data_dir() -> Path:
    """Where the database lies unless told otherwise."""
    return platformdirs.user_data_path("brightrun")


def state_dir() -> Path:
    """Where view state and logs lie."""
    return platformdirs.user_state_path("brightrun")


def system_user() -> str:
    """The name of the system user, or "reviewer" where the system does not tell."""
    named = os.environ.get("LOGNAME") or os.environ.get("USER")
    if named:
        return named
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "reviewer"


def _doc(default: Any, text: str, **bounds: Any) -> Any:
    metadata = {"doc": text, **bounds}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """All settings with their defaults. Amounts in USD, times in seconds."""

    database: str = _doc(lambda: str(data_dir() / "brightrun.db"), "the database file")
    pack: str = _doc("financial_planning", "the pack a new database is filled with: a name or a folder")
    reviewer: str = _doc(system_user, "the name that verdicts and the audit log carry")
    provider: str = _doc(
        "", "live or simulated; empty: live when there is a key, else ask", choices=("", "live", "simulated")
    )
    key_file: str = _doc("", "a file (mode 0600) that holds the API key, used when ANTHROPIC_API_KEY is not set")
    dialogue_model: str = _doc("claude-sonnet-5-5", "the model that writes the dialogue")
    dialogue_effort: str = _doc(
        "medium", "how hard the dialogue model tries", choices=("low", "medium", "high", "max", "")
    )
    dialogue_thinking: str = _doc(
        "between_tools",
        "thinking of the dialogue model; between_tools: none up front",
        choices=("", "adaptive", "between_tools", "disabled"),
    )
    dialogue_max_tokens: int = _doc(12_000, "room for one dialogue, thinking included", ge=500, le=64_000)
    depth: str = _doc(
        "dialogue",
        "what is generated: the dialogue only, or full, with every turn annotated",
        choices=("dialogue", "full"),
    )
    annotation_model: str = _doc("claude-haiku-5-5", "the model that annotates the turns at depth full")
    annotation_effort: str = _doc(
        "low", "how hard the annotation model tries", choices=("low", "medium", "high", "max", "")
    )
    annotation_thinking: str = _doc(
        "between_tools",
        "thinking of the annotation model; between_tools: none up front",
        choices=("", "adaptive", "between_tools", "disabled"),
    )
    annotation_max_tokens: int = _doc(16_000, "room for the annotation of one turn", ge=500, le=64_000)
    annotation_at_once: int = _doc(4, "turns of a conversation annotated at the same time", ge=1, le=16)
    judge: bool = _doc(False, "whether a model judges every conversation after it is written; it costs extra")
    judge_model: str = _doc("claude-sonnet-5-5", "the model that judges")
    judge_effort: str = _doc("medium", "how hard the judge tries", choices=("low", "medium", "high", "max", ""))
    judge_thinking: str = _doc(
        "between_tools",
        "thinking of the judge; between_tools: none up front",
        choices=("", "adaptive", "between_tools", "disabled"),
    )
    judge_max_tokens: int = _doc(6_000, "room for one judgement, thinking included", ge=500, le=64_000)
    source_characters: int = _doc(
        6_000,
        "characters of source documents that a prompt is given at most, over all chunks linked to its conversation",
        ge=500,
        le=60_000,
    )
    source_examples: bool = _doc(
        False, "whether prompts are shown chunks marked as examples of style, from documents of the same category"
    )
    concurrency: int = _doc(3, "conversations written at the same time; 1: strictly one after another", ge=1, le=64)
    max_concurrency: int = _doc(
        8, "what concurrency may grow to while all goes well (halved when the service slows us down)", ge=1, le=64
    )
    pause_between: float = _doc(0.0, "seconds to wait between conversations when concurrency is 1", ge=0, le=60)
    attempts: int = _doc(3, "attempts per call before a row fails", ge=1, le=10)
    outage_limit: float = _doc(
        900.0,
        "seconds that the service may be down while the rows of a job wait for it; after that the job pauses",
        ge=0,
        le=86_400,
    )
    timeout: float = _doc(120.0, "seconds without any answer before a call is given up", ge=1, le=600)
    requests_per_minute: int = _doc(50, "requests per minute until the service tells its own limit", ge=1, le=100_000)
    max_cost: float = _doc(5.0, "cap of a job in USD when none is given", ge=0, le=10_000)
    max_total_cost: float = _doc(0.0, "cap in USD over all real calls of a database; 0: none", ge=0, le=1_000_000)
    type_number_above: float = _doc(10.0, "above this estimate in USD a confirmation wants the number typed", ge=0)
    review_below: float = _doc(6.0, "a score below this needs review", ge=1, le=10)
    approve_from: float = _doc(8.0, "a score from this on counts as good", ge=1, le=10)
    page_size: int = _doc(100, "rows of a page", choices=(25, 50, 100))
    review_order: str = _doc(
        "worst", "what comes next after a verdict: worst first, or plan order", choices=("worst", "plan")
    )
    theme: str = _doc("textual-dark", "colours of the app")
    mouse: bool = _doc(True, "whether the mouse works")
    toast_every: int = _doc(10, "a message every so many finished conversations; 0: none", ge=0)
    bell: bool = _doc(True, "whether the terminal rings when a job ends or pauses by itself")
    desktop_notification: str = _doc(
        "off",
        "what tells the desktop when a job ends: osc9 (iTerm2, kitty, WezTerm) or osc777 (foot, urxvt, Ghostty)",
        choices=("off", "osc9", "osc777"),
    )
    mail_when_done: bool = _doc(False, "whether orders ask for an e-mail when they end, unless told otherwise")
    smtp_host: str = _doc("", "the mail server for e-mails about jobs; its password: BRIGHTRUN_SMTP_PASSWORD")
    smtp_port: int = _doc(587, "the port of the mail server", ge=1, le=65_535)
    smtp_security: str = _doc(
        "starttls", "how the mail server is reached: unencrypted, starttls, or tls", choices=("none", "starttls", "tls")
    )
    smtp_user: str = _doc("", "the name to log in to the mail server with; empty: no login")
    smtp_password_file: str = _doc("", "a file (mode 0600) with the password of smtp_user")
    smtp_from: str = _doc("", "the address that e-mails come from; empty: the one they go to")
    smtp_to: str = _doc("", "the address that e-mails about jobs go to")
    simulator_pace: float = _doc(
        1.0, "how slowly the simulator writes: 1 takes about two seconds a conversation, 0 none", ge=0, le=100
    )
    simulator_faults: str = _doc("", "faults of the simulator, as in 429:0.05,500:0.05,cut:0.02,slow:0.01")
    worker_linger: float = _doc(60.0, "seconds a worker started by the app waits for more before it ends", ge=0)
    log_level: str = _doc("info", "what the worker writes to its log", choices=("debug", "info", "warning", "error"))


FIELDS = {f.name: f for f in fields(Settings)}


def _flag(value: object) -> bool:
    return value if isinstance(value, bool) else str(value).strip().lower() in ("1", "true", "yes", "on")


_READERS: dict[str, Callable[[Any], Any]] = {"str": str, "int": int, "float": float, "bool": _flag}


@cache
def _read(path: Path, changed_ns: int) -> dict[str, Any]:
    import tomllib  # costs more than all else here, and most people have no settings file

    return tomllib.loads(path.read_text(encoding="utf-8"))


def _read_file() -> dict[str, Any]:
    """The settings file as it is; empty where there is none or it cannot be read (the validated reader says why)."""
    path = config_file()
    try:
        return _read(path, path.stat().st_mtime_ns) if path.exists() else {}
    except (OSError, ValueError):
        return {}


def read_quickly(flags: Mapping[str, Any] | None = None) -> Settings:
    """Settings good enough for the first frame: what cannot be read keeps its default. Never raises."""
    chosen: dict[str, Any] = {}
    found = _read_file()
    for name, spec in FIELDS.items():
        value: Any = found.get(name)
        raw = os.environ.get(ENV_PREFIX + name.upper())
        if raw is not None:
            value = raw
        if flags and flags.get(name) is not None:
            value = flags[name]
        if value is None:
            continue
        try:
            value = _READERS[str(spec.type)](value)
        except (ValueError, TypeError, OverflowError):
            continue
        if "choices" not in spec.metadata or value in spec.metadata["choices"]:
            chosen[name] = value
    return Settings(**chosen)


def read_key_overrides() -> dict[str, str]:
    """The table `[keys]` of the settings file, binding id to keys, for the first frame. Never raises."""
    table = _read_file().get("keys", {})
    return {str(name): str(keys) for name, keys in table.items()} if isinstance(table, dict) else {}
