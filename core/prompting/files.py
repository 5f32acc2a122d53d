"""Reads prompt template files: a TOML front matter between `+++` lines, then a system part and a user part.

The system part is the same for all rows of a template, so that it can be cached; what changes per conversation stands
in the user part. A file that names a placeholder it does not declare, or the other way round, is refused.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import TemplateError
from core.pack.places import PROMPTS
from core.prompting.rendering import placeholders

SYSTEM_MARK, USER_MARK = "--- system ---", "--- user ---"


class QualityProfile(BaseModel):
    """Ranges that the checks hold a conversation to; [lowest, highest], words counted per message."""

    model_config = ConfigDict(extra="forbid")
    turns: tuple[int, int] = (2, 8)
    user_words: tuple[int, int] = (20, 150)
    advisor_words: tuple[int, int] = (50, 250)
    emotions: tuple[int, int] = (2, 3)
    indicators: tuple[int, int] = (6, 14)
    indicator_categories: tuple[int, int] = (5, 8)
    needs: tuple[int, int] = (3, 4)
    tactical_choices: tuple[int, int] = (5, 8)
    techniques: tuple[int, int] = (2, 3)
    word_reasons: tuple[int, int] = (3, 6)
    weights: dict[str, float] = {}


class FrontMatter(BaseModel):
    """What a template file says of itself."""

    model_config = ConfigDict(extra="forbid")
    template_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    tier: str
    stage: str = "dialogue"
    version: int = Field(default=1, ge=1)
    placeholders: list[str]
    arc_or_family: str = ""
    instructions: str = ""
    start_emotion_pattern: str = ""
    end_emotion_pattern: str = ""
    typical_turn_count: str = ""
    structural_pattern: str = ""
    applicable_personas: list[str] = []
    applicable_emotions: list[str] = []
    reference_conversation_ids: list[str] = []
    target_count: int | None = None
    response_schema: dict[str, Any] | None = None
    quality_profile: QualityProfile = QualityProfile()


@dataclass(frozen=True)
class TemplateFile:
    """A template as read: front matter, text (system part, mark, user part) and the hash of what counts."""

    front: FrontMatter
    text: str
    content_hash: str

    def row(self) -> dict[str, Any]:
        """The values of its row in `prompt_templates`."""
        return {
            **self.front.model_dump(mode="json"),
            "text": self.text,
            "content_hash": self.content_hash,
            "share": 1.0,
        }


@lru_cache(maxsize=64)  # every row of a job asks for those of its template
def split_parts(text: str) -> tuple[str, str]:
    """The system part and the user part of a template's text."""
    system, _, user = text.partition(USER_MARK)
    return system.replace(SYSTEM_MARK, "", 1).strip(), user.strip()


def read_template(path: Path) -> TemplateFile:
    """Read one file. Raises TemplateError naming the file and what is wrong."""
    try:
        raw = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path} cannot be read: {error}.", "A template is a UTF-8 text file.") from error
    parts = raw.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise TemplateError(f"{path} has no front matter.", "It begins with TOML between two lines of +++.")
    try:
        front = FrontMatter.model_validate(tomllib.loads(parts[1]))
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{path}, front matter: {error}.", "Mend the TOML.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        raise TemplateError(f"{path}, {place}: {first['msg']}.", "Mend the front matter.") from error
    text = parts[2].strip() + "\n"
    if front.stage == "dialogue" and (SYSTEM_MARK not in text or USER_MARK not in text):
        raise TemplateError(f"{path} lacks the line {SYSTEM_MARK!r} or {USER_MARK!r}.", "Both parts are needed.")
    used = placeholders(text)
    undeclared = sorted(used - set(front.placeholders))
    unused = sorted(set(front.placeholders) - used)
    if undeclared or unused:
        which = f"uses ${{{undeclared[0]}}} without declaring it" if undeclared else f"declares {unused[0]} unused"
        raise TemplateError(f"{path} {which}.", "Mend the list of placeholders in its front matter.")
    counted = json.dumps(front.model_dump(mode="json", exclude={"version"}), sort_keys=True) + "\0" + text
    return TemplateFile(front, text, hashlib.sha256(counted.encode()).hexdigest())


def read_templates(folder: Path = PROMPTS) -> list[TemplateFile]:
    """All templates of a folder. Raises TemplateError for the first bad one, or when two have the same id."""
    found: dict[str, Path] = {}
    templates = []
    for path in sorted(folder.glob("*.md")):
        template = read_template(path)
        if template.front.template_id in found:
            raise TemplateError(
                f"{path} and {found[template.front.template_id].name} have the same template_id.", "Ids are unique."
            )
        found[template.front.template_id] = path
        templates.append(template)
    if not templates:
        raise TemplateError(f"There are no templates in {folder}.", "Reinstall brightrun, or restore the files.")
    return templates
