"""Reads the `<conversation_plan>` block of a rendered prompt, and turns its topic into a phrase that fits a sentence.

The dialogue writers call it. It is tolerant, since people edit templates: whatever is missing has a default, and it
must never raise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCK = re.compile(r"<conversation_plan>(.*?)(?:</conversation_plan>|\Z)", re.DOTALL)
_NOTE = re.compile(r"^A reviewer's note on [^:\n]*:(.*)", re.MULTILINE)
_LINE = re.compile(r"^\s*([A-Za-z][A-Za-z ]{1,30}?)\s*:\s*(.*)$")
_KEYS = frozenset(
    {
        *("kind", "client", "profile", "topic", "about", "starting emotion", "ending emotion"),
        *("turns", "session", "expected outcome", "boundary", "referrals"),
    }
)
_MAX_TURNS = 12

_QUANTITIES = (
    re.compile(r"\$\s?\d[\d,]*(?:\.\d+)?\s?(?:[KMB]\b|k\b|thousand\b|million\b|billion\b)?"),
    re.compile(r"\b\d+(?:\.\d+)?\s?(?:%|percent\b)"),
    re.compile(r"\b\d[\d,]*(?:\.\d+)?[- ](?:years?|months?|weeks?|days?|hours?|children|people|accounts?|cards?)\b"),
    re.compile(r"\b(?:at|age|aged) \d{2}\b"),
)

# Words that stand without an article as the head of a topic; every other singular head gets "the".
_BARE_HEADS = frozenset(
    [
        "anxiety",
        "abuse",
        "affordable",
        "arbitrage",
        "budgeting",
        "cash",
        "care",
        "control",
        "credit",
        "custody",
        "debt",
        "education",
        "equity",
        "estate",
        "exhaustion",
        "finance",
        "funding",
        "grief",
        "guilt",
        "harvesting",
        "help",
        "housing",
        "immigration",
        "income",
        "inflation",
        "infidelity",
        "insurance",
        "investing",
        "loss",
        "money",
        "overwhelm",
        "panic",
        "pay",
        "planning",
        "preparation",
        "procrastination",
        "repair",
        "retirement",
        "re-entry",
        "saving",
        "school",
        "security",
        "shame",
        "solvency",
        "spending",
        "stress",
        "support",
        "taxation",
        "theft",
        "tuition",
        "wealth",
        "work",
    ]
)
_PREPOSITIONS = frozenset(
    [
        "about",
        "across",
        "after",
        "against",
        "among",
        "around",
        "as",
        "at",
        "before",
        "behind",
        "below",
        "between",
        "by",
        "despite",
        "during",
        "far",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "over",
        "since",
        "than",
        "through",
        "to",
        "under",
        "until",
        "while",
        "when",
        "with",
        "within",
        "without",
    ]
)
_VERBS = frozenset(
    [
        "buy",
        "build",
        "cut",
        "hire",
        "invest",
        "keep",
        "leave",
        "lend",
        "merge",
        "move",
        "pay",
        "quit",
        "refinance",
        "renovate",
        "rent",
        "save",
        "sell",
    ]
)
_PEOPLE = frozenset(
    ["beneficiary", "caregiver", "heir", "immigrant", "parent", "survivor", "victim", "widow", "widower"]
)
_KEEP_CAPITAL = frozenset(
    ["Roth", "Ponzi", "Medicare", "Medicaid", "Social", "Airbnb", "Christmas", "January", "April"]
)


@dataclass(frozen=True)
class ConversationPlan:
    """What a prompt asks one conversation to be."""

    kind: str = "template"
    name: str = ""
    bio: str = ""
    topic: str = "a money question that has waited too long"
    starting_emotion: str = "confusion"
    ending_emotion: str = "clarity"
    turns: int = 4
    boundary: str = ""
    referrals: tuple[str, ...] = ()
    quantity: str = ""
    source: str = ""

    @property
    def is_edge_case(self) -> bool:
        """Whether the advisor must hold a boundary and refer."""
        return self.kind.replace("_", " ").replace("-", " ") == "edge case"


def find_plan(prompt: str) -> ConversationPlan | None:
    """The plan in a prompt; the last block counts. None if there is no block."""
    blocks = _BLOCK.findall(prompt)
    if not blocks:
        return None
    source = str(blocks[-1]).strip()
    values = _values(source)
    note = _NOTE.search(prompt)
    if note and note[1].strip(" .") != "none":
        source = f"{source}\n{note[1].strip()}"  # another note, another text
    plain = ConversationPlan()
    name, _, bio = values.get("client", "").partition(",")
    text = "\n".join(values.get(key, "") for key in ("profile", "about", "topic"))
    return ConversationPlan(
        kind=values.get("kind", plain.kind).lower(),
        name=_first_name(name),
        bio=_short(bio),
        topic=noun_phrase(values.get("topic", "") or plain.topic),
        starting_emotion=_emotion(values.get("starting emotion", ""), plain.starting_emotion),
        ending_emotion=_emotion(values.get("ending emotion", ""), plain.ending_emotion),
        turns=_turns(values.get("turns", ""), plain.turns),
        boundary=values.get("boundary", ""),
        referrals=tuple(r.strip().rstrip(".") for r in values.get("referrals", "").split(";") if r.strip(" .")),
        quantity=_quantity(text),
        source=source,
    )


def noun_phrase(topic: str) -> str:
    """The topic as a noun phrase that may follow a preposition: `No savings` becomes `having no savings`."""
    words = " ".join(topic.split()).rstrip(".?!").split(" ")[:16]
    if not words or not words[0]:
        return noun_phrase(ConversationPlan().topic)
    words[0] = _lowered(words[0])
    first, rest, text = words[0], " ".join(words[1:]), " ".join(words)
    if first in ("a", "an", "the", "my", "his", "her", "their") or not rest:
        return text
    if first in ("whether", "how", "when", "where", "what", "why"):
        return f"the question of {text}"
    if text.startswith("asking "):
        return f"the question of {text.removeprefix('asking ')}"
    if first in ("after", "before"):
        return f"life {text}"
    if first == "no":
        return f"having {text}"
    if first == "paycheck":
        return f"living {text}"
    if words[-1] == "discovered":
        return f"the discovery of {' '.join(words[:-1])}"
    if first.endswith("-free"):
        return f"being {text}"
    if first in _VERBS:
        return f"the question of whether to {text}"
    return _with_article(words, text)


def _with_article(words: list[str], text: str) -> str:
    gerund = words[0].endswith("ing") and words[0] not in ("wedding", "long-standing")
    if gerund:
        return text
    if " or " in text:
        return f"the question of {text}"
    cut = next((i for i, word in enumerate(words) if i and word.lower() in _PREPOSITIONS), len(words))
    head = words[cut - 1].lower()
    if any(word.lower() in _PEOPLE for word in words[:cut]):
        return f"being {_article(words[0])} {text}"
    if cut < len(words) and words[cut] == "as" and " and " in text:
        return f"life with a {text.replace(' and ', ' and a ', 1)}"
    uncounted = head in _BARE_HEADS or head.endswith("ness")
    if uncounted or head in _PREPOSITIONS or (words[0] in _BARE_HEADS and words[1] == "and"):
        return text
    if (head.endswith("s") and not head.endswith("ss")) or len(words) == cut == 1:
        return text
    return f"the {text}" if not head.endswith("ing") else text


def _article(word: str) -> str:
    return "an" if word[0].lower() in "aeiou" else "a"


def _lowered(word: str) -> str:
    """A first word in lower case, unless it is a name or an abbreviation such as HSA, RSUs or LGBTQ+."""
    if word in _KEEP_CAPITAL or any(c.isupper() or c.isdigit() for c in word[1:]):
        return word
    return word[:1].lower() + word[1:]


def _values(source: str) -> dict[str, str]:
    """The lines of the block by their key in lower case; a line without a known key continues the one before."""
    values: dict[str, str] = {}
    key = ""
    for line in source.splitlines():
        match = _LINE.match(line)
        if match and match[1].lower() in _KEYS:
            key = match[1].lower()
            values[key] = match[2].strip()
        elif key:
            values[key] = f"{values[key]} {line.strip()}".strip()
    return values


def _first_name(text: str) -> str:
    """`Marcus Thompson` is Marcus; `Ana and Luis Ortiz` are Ana and Luis."""
    names = [part.split()[0] for part in re.split(r"\s+(?:and|&)\s+", text.strip()) if part.split()]
    return " and ".join(name for name in names if name[0].isalpha())


def _short(text: str) -> str:
    bio = text.strip().rstrip(".")
    return bio if 0 < len(bio.split()) <= 12 else ""


def _emotion(text: str, default: str) -> str:
    name = text.split(",")[0].strip().lower()
    return re.sub(r"[^a-z]+", "_", name).strip("_") or default


def _turns(text: str, default: int) -> int:
    match = re.search(r"\d+", text)
    return min(max(int(match.group()), 1), _MAX_TURNS) if match else default


def _quantity(text: str) -> str:
    """The first figure a sentence can hold, money before shares before times; account names are no figures."""
    for pattern in _QUANTITIES:
        if match := pattern.search(text):
            found = match.group().strip()
            return re.sub(r"^(?:at|aged?) (\d)", r"age \1", found)
    return ""
