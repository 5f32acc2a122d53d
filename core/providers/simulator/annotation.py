"""Writes practice annotations and judgements: true to the schema, to the sentences and to the client's words.

`answer` asks here first when structured output is wanted. The size is that of real annotations, so that practice shows
real token figures; the meaning is a stand-in, and must never pass for a model's reading.
"""

from __future__ import annotations

import hashlib
import random
import re
from typing import Any

from core.providers.simulator import annotation_phrases as phrases
from core.text.sentences import split_sentences

_CLIENT = re.compile(r"<client_message>\n?(.*?)\n?</client_message>", re.DOTALL)
_REPLY = re.compile(r"<reply_sentences>\n?(.*?)\n?</reply_sentences>", re.DOTALL)
_NUMBERED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_PLANNED = re.compile(r"Planned: (.+?) ([\d.]+) at the start, (.+?) ([\d.]+) at the end")
_TURN = re.compile(r"^Turn (\d+) of (\d+)$", re.MULTILINE)
_TOLD = re.compile(r'<turn number="(\d+)">\s*<user>(.*?)</user>\s*<advisor>(.*?)</advisor>\s*</turn>', re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:[-'’.,/][^\W_]+)*")
_PIECE = re.compile(r'[^".!?;:\n“”]+')
_INDICATORS_PER_CONVERSATION = 40
# Feelings between start and end, from heavy to light; those that the schema's taxonomy does not have are left out.
_BETWEEN = (
    "worry", "uncertainty", "self_doubt", "vulnerability", "frustration", "ambivalence", "curiosity", "surprise",
    "cautious_hope", "insight", "relief", "hope", "readiness", "steadiness", "determination", "trust",
)  # fmt: skip


def annotation_for(prompt: str, schema: dict[str, Any]) -> dict[str, Any] | None:
    """The annotation of the turn in a prompt, or the judgement of the conversation in it; None where it is neither."""
    wanted = schema.get("properties") or {}
    if "emotional_indicators" in wanted and "sentences" in wanted:
        client, reply = _CLIENT.search(prompt), _REPLY.search(prompt)
        if client and reply:
            sentences = [(int(number), text) for number, text in _NUMBERED.findall(reply[1])]
            return _Annotation(prompt, schema, client[1], sentences).whole()
    if "scores" in wanted and "on_topic" in wanted:
        turns = [(int(number), user.strip(), advisor.strip()) for number, user, advisor in _TOLD.findall(prompt)]
        if turns:
            return _judgement(turns)
    return None


class _Annotation:
    """One annotation while it is made; every draw is seeded by the words it is about."""

    def __init__(self, prompt: str, schema: dict[str, Any], client: str, sentences: list[tuple[int, str]]) -> None:
        self.client, self.sentences = client, sentences
        digest = hashlib.sha256("\0".join([client, *(text for _, text in sentences)]).encode()).digest()
        self.random = random.Random(int.from_bytes(digest[:8]))
        definitions = schema.get("$defs") or {}
        self.lists = {name: list(part["enum"]) for name, part in definitions.items() if part.get("enum")}
        planned, turn = _PLANNED.search(prompt), _TURN.search(prompt)
        self.start = (_key(planned[1]), float(planned[2])) if planned else ("worry", 0.7)
        self.end = (_key(planned[3]), float(planned[4])) if planned else ("relief", 0.5)
        self.number, self.count = (int(turn[1]), int(turn[2])) if turn else (1, 1)
        self.way = (self.number - 1) / max(1, self.count - 1)  # how much of the journey lies behind: 0 to 1

    def whole(self) -> dict[str, Any]:
        primary, intensity = self._feeling(self.number)
        feeling = primary.replace("_", " ")
        others = [name for name in self._between() if name != primary]
        self.random.shuffle(others)
        second, third = [*others, "worry", "hope"][:2]
        has_third = self.random.random() < 0.6
        before = self._feeling(self.number - 1) if self.number > 1 else ("", 0.0)
        risk, ready, known, trust = (self.random.choice(levels) for levels in phrases.LEVELS)
        tone, tone_reason = self.random.choice(phrases.TONES)
        strategies = self._some("strategies", 3)
        return {
            "detected_emotions": {
                "primary": primary,
                "primary_confidence": self.random.choice((0.75, 0.8, 0.85, 0.9)),
                "secondary": second,
                "secondary_confidence": self.random.choice((0.55, 0.6, 0.65, 0.7)),
                "tertiary": third if has_third else "",
                "tertiary_confidence": self.random.choice((0.4, 0.45, 0.5)) if has_third else 0.0,
                "intensity": intensity,
                "valence": "negative" if self.way < 0.4 else "mixed" if self.way < 0.95 else "positive",
            },
            "emotional_indicators": self._indicators(),
            "emotional_progression": {
                "previous_turn_primary": before[0],
                "previous_turn_intensity": before[1],
                "current_turn_primary": primary,
                "current_turn_intensity": intensity,
                "trajectory": "first" if self.number == 1 else "rising" if intensity > before[1] else "falling",
                "interpretation": self._one(phrases.MOVES, feeling),
            },
            "behavioral_assessment": {
                "risk_level": risk,
                "engagement_readiness": ready,
                "knowledge_level": known,
                "trust_level": trust,
            },
            "client_needs_hierarchy": [
                {"priority": rank, "need": need, "rationale": f"{why[0].upper()}{why[1:]}."}
                for rank, (need, why) in enumerate(self._sample(phrases.NEEDS, 3, 4), 1)
            ],
            "red_flags": [
                {"flag": flag, "implication": implication, "handling": handling}
                for flag, implication, handling in self._sample(phrases.FLAGS, 0, 1)
            ],
            "primary_strategy": strategies[0],
            "primary_rationale": self._one(phrases.RATIONALES, feeling),
            "secondary_strategies": strategies[1:],
            "tone_selection": tone,
            "tone_rationale": tone_reason,
            "pacing": "slow" if self.way < 0.5 else "moderate",
            "tactical_choices": self._sample(phrases.TACTICS, 5, 7),
            "avoid_tactics": self._sample(phrases.AVOID, 3, 4),
            "specific_techniques": [
                {"technique": name, "application": application, "purpose": purpose}
                for name, (application, purpose) in zip(
                    self._some("techniques", 3), self._sample(phrases.APPLICATIONS, 3, 3), strict=False
                )
            ],
            "sentences": self._sentences(feeling),
            "expected_user_response_patterns": {
                "positive_indicators": self._sample(phrases.POSITIVE, 2, 3),
                "neutral_indicators": self._sample(phrases.NEUTRAL, 2, 2),
                "negative_indicators": self._sample(phrases.NEGATIVE, 2, 3),
            },
            "difficulty_level": self.random.choice(("low", "medium", "medium", "high")),
            "key_learning_objective": self.random.choice(phrases.OBJECTIVES),
            "demonstrates_skills": self._sample(phrases.SKILLS, 2, 4),
            "emotional_progression_target": self._target(primary, intensity),
            "rubric": {
                name: self.random.choice((3.5, 4.0, 4.0, 4.5))
                for name in ("empathy", "clarity", "appropriateness", "brand_voice", "domain")
            },
            "reviewer_notes": self.random.choice(phrases.NOTES).format(n=self.random.choice(self.sentences)[0]),
        }

    def _feeling(self, number: int) -> tuple[str, float]:
        """The main feeling of a turn and its strength: planned at both ends, on the way in between."""
        if number <= 1 or self.count == 1:
            return self.start
        if number >= self.count:
            return self.end
        way = (number - 1) / (self.count - 1)
        known = self._between()
        strength = self.start[1] + (self.end[1] - self.start[1]) * way
        return known[min(len(known) - 1, round(way * len(known)))], round(strength, 2)

    def _between(self) -> list[str]:
        known = self.lists.get("emotions") or list(_BETWEEN)
        return [name for name in _BETWEEN if name in known and name not in (self.start[0], self.end[0])] or known

    def _target(self, primary: str, intensity: float) -> str:
        ahead, strength = self._feeling(min(self.number + 1, self.count))
        return f"{primary}({intensity:.2f}) → {ahead}({strength:.2f})"

    def _indicators(self) -> list[dict[str, Any]]:
        wanted = min(14, max(8, round(_INDICATORS_PER_CONVERSATION / self.count)))
        found = _quotations(self.client, wanted)
        categories = self._some("indicator_categories", min(6, len(found)))
        return [{"category": name, "quotations": found[at :: len(categories)]} for at, name in enumerate(categories)]

    def _sentences(self, feeling: str) -> list[dict[str, Any]]:
        entries, last, rules = [], self.sentences[-1][0], dict[str, int]()
        for number, text in self.sentences:
            kind = "opening" if number <= 2 else "question" if text.endswith("?") else "body"
            if kind == "body" and re.search(r"\d", text):
                kind = "figure"
            if number == last and text.endswith("?"):
                kind = "question"
            pool = phrases.SENTENCES[kind]
            function, purpose, technique, when, do, principle = pool[(number + len(text)) % len(pool)]
            rule = f"{when}_{do}"
            rules[rule] = rules.get(rule, 0) + 1
            if rules[rule] > 1:  # no rule comes twice in a turn
                rule = f"{when}_in_part_{rules[rule]}_{do}"
            entries.append(
                {
                    "sentence_number": number,
                    "function": function,
                    "emotional_purpose": purpose.format(feeling=feeling),
                    "technique": technique,
                    "teaches_model": rule,
                    "word_choice_rationale": [
                        {"phrase": phrase, "reason": reason}
                        for phrase, reason in zip(
                            _words_of(text, self.random), self._sample(phrases.WORD_REASONS, 4, 4), strict=False
                        )
                    ],
                    "psychological_principle": principle,
                }
            )
        return entries

    def _some(self, name: str, number: int) -> list[str]:
        keys = self.lists.get(name) or [f"practice_{name}_{n}" for n in range(1, number + 1)]
        return self.random.sample(keys, min(number, len(keys)))

    def _sample(self, pool: tuple[Any, ...], low: int, high: int) -> list[Any]:
        return self.random.sample(pool, self.random.randint(low, high))

    def _one(self, pool: tuple[str, ...], feeling: str) -> str:
        return self.random.choice(pool).format(feeling=feeling)


def _quotations(text: str, wanted: int) -> list[str]:
    """So many different pieces of a text, copied exactly; shorter ones where the text is short."""
    words = max(1, len(_WORD.findall(text)))
    for size in range(max(1, min(6, words // wanted)), 0, -1):
        found: dict[str, str] = {}
        for piece in _PIECE.finditer(text):
            spans = list(_WORD.finditer(piece.group()))
            for at in range(0, len(spans) - size + 1, size):
                quotation = piece.group()[spans[at].start() : spans[at + size - 1].end()]
                found.setdefault(" ".join(quotation.lower().split()), quotation)
        if len(found) >= wanted or size == 1:
            whole = list(found.values())
            step = max(1, len(whole) // wanted)
            return whole[::step][:wanted]
    return []


def _words_of(sentence: str, draws: random.Random) -> list[str]:
    """Three or four different phrases of a sentence, fewer where it has fewer words; none holds a quotation mark."""
    found: dict[str, str] = {}
    pieces = [piece.group() for piece in re.finditer(r'[^"“”]+', sentence)]
    spans = [(piece, list(_WORD.finditer(piece))) for piece in pieces]
    for size in (3, 2, 1):
        for piece, words in spans:
            for at in range(0, len(words) - size + 1, size + 1):
                phrase = piece[words[at].start() : words[at + size - 1].end()]
                found.setdefault(phrase.lower(), phrase)
    phrases_ = list(found.values())
    return draws.sample(phrases_, min(len(phrases_), draws.choice((3, 3, 4))))


def _judgement(turns: list[tuple[int, str, str]]) -> dict[str, Any]:
    draws = random.Random(hashlib.sha256(repr(turns).encode()).digest())
    passages = [
        (number, text) for number, _, reply in turns for text in split_sentences(reply) if len(text.split()) > 4
    ]
    chosen = draws.sample(passages, min(5, len(passages)))
    names = ("empathy", "clarity", "appropriateness", "brand_voice", "domain")
    scores = {
        name: {
            "passage": chosen[at % len(chosen)][1],
            "turn": chosen[at % len(chosen)][0],
            "reason": reason,
            "score": draws.choice((3.0, 3.5, 4.0, 4.0, 4.5)),
        }
        for at, (name, reason) in enumerate(zip(names, phrases.JUDGE_REASONS, strict=True))
    }
    first, last = turns[0], turns[-1]
    asked = {"on_topic": first, "outcome_reached": last, "emotions_believable": last}
    checks = {
        name: {
            "answer": draws.choice(("yes", "yes", "yes", "partly")),
            "quotation": split_sentences(turn[1])[0],
            "turn": turn[0],
            "reason": phrases.CHECK_REASONS[name],
        }
        for name, turn in asked.items()
    }
    return {"scores": scores, **checks, "money_facts_questionable": []}


def _key(words: str) -> str:
    return re.sub(r"[^a-z]+", "_", words.strip().lower()).strip("_")
