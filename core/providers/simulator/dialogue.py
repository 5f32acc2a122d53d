"""Writes the practice conversations: exactly the planned turns, deterministic from the plan and varied across plans.

The answer of the simulator is composed here from the plan in the prompt. The text is a stand-in to practise with; it
must be structurally sound, and must never pass for the model's own work.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.providers.simulator import advisor_phrases as advisor
from core.providers.simulator import client_phrases as client
from core.providers.simulator import step_phrases as steps_given
from core.providers.simulator.boundary import boundary_turn
from core.providers.simulator.deck import Deck
from core.providers.simulator.emotions import MIDDLE_FEELINGS, emotion
from core.providers.simulator.plan_block import ConversationPlan
from core.providers.simulator.turns import ADVISOR_MOST, CLIENT_LEAST, CLIENT_MOST, Turn, paragraphs

_ADVISOR_GOAL = (86, 140)
_CLIENT_GOAL = (30, 85)


def compose(plan: ConversationPlan) -> list[Turn]:
    """The turns of a plan."""
    deck = Deck(
        plan.source or repr(plan),
        {"name": plan.name, "topic": plan.topic, "quantity": plan.quantity, "bio": plan.bio},
    )
    if plan.is_edge_case:
        return [boundary_turn(plan, deck, number) for number in range(1, plan.turns + 1)]
    writer = _Conversation(plan, deck)
    return [writer.turn(number) for number in range(1, plan.turns + 1)]


def tagged(turns: list[Turn]) -> str:
    """The turns in the tags that the prompt asks for."""
    return "\n".join(f"<turn>\n<user>{turn.user}</user>\n<advisor>{turn.advisor}</advisor>\n</turn>" for turn in turns)


@dataclass
class _Conversation:
    """One conversation while it is written; it remembers the step that the client was given last."""

    plan: ConversationPlan
    deck: Deck
    _report: str = field(default="", init=False)
    _feeling: str = field(default="", init=False)
    _move: str = field(default="", init=False)

    def turn(self, number: int) -> Turn:
        is_first, is_last = number == 1, number == self.plan.turns
        if is_first:
            user = self._first_message(is_last)
            reply = self._first_reply()
        elif is_last:
            user = self._last_message()
            reply = self._last_reply()
        else:
            user = self._middle_message()
            reply = self._middle_reply()
        return Turn(user, reply)

    def _first_message(self, is_last: bool) -> str:
        start = emotion(self.plan.starting_emotion)
        self_said = start.selves[self.deck.draw_index(start.selves)]
        middle = [self.deck.draw(client.FEELINGS, self=self_said), self.deck.draw(client.VOICES[start.voice])]
        if self.plan.bio and self.deck.chance(0.5):
            middle.append(self.deck.draw(client.BIOS))
        if self.plan.quantity:
            middle.append(self.deck.draw(client.FIGURES))
        self.deck.random.shuffle(middle)
        close = self._ending() if is_last else self.deck.draw(client.QUESTIONS)
        sentences = [self.deck.draw(client.OPENINGS), *middle, close]
        return self._message(sentences, len(sentences) - 1, client.VOICES[start.voice], greeting=0.0)

    def _middle_message(self) -> str:
        self._feeling = MIDDLE_FEELINGS[self.deck.draw_index(MIDDLE_FEELINGS)]
        moves = ("progress", "follow_up", "doubt")
        self._move = moves[self.deck.draw_index(moves)]
        if self._move == "progress" and self._report:
            opening = self.deck.draw(client.PROGRESS, report=self._report)
        else:
            opening = self.deck.draw(client.DOUBTS if self._move == "doubt" else client.FOLLOW_UPS)
        sentences = [
            opening,
            self.deck.draw(client.MIDDLES, feeling=self._feeling),
            self.deck.draw(client.FOLLOW_QUESTIONS),
        ]
        return self._message(sentences, 2, client.DETAILS)

    def _last_message(self) -> str:
        opening = self.deck.draw(client.TURNING_POINTS)
        sentences = [opening, self._ending(), self.deck.draw(client.RESOLVES)]
        if self._report and self.deck.chance(0.5):
            sentences.insert(1, self.deck.draw(client.PROGRESS, report=self._report))
        return self._message(sentences, len(sentences) - 2, client.DETAILS)

    def _ending(self) -> str:
        end = emotion(self.plan.ending_emotion)
        return self.deck.draw(client.ENDINGS, self=end.selves[self.deck.draw_index(end.selves)])

    def _message(self, sentences: list[str], place: int, pool: tuple[str, ...], greeting: float = 0.8) -> str:
        goal = max(self.deck.random.randint(*_CLIENT_GOAL) - 12, CLIENT_LEAST)
        self.deck.lengthen(sentences, place, pool, goal, CLIENT_MOST)
        self.deck.lengthen(sentences, len(sentences), client.RESOLVES, CLIENT_LEAST, CLIENT_MOST)
        if self.deck.chance(greeting):
            sentences.insert(0, self.deck.draw(client.GREETINGS))
        return " ".join(sentences)

    def _first_reply(self) -> str:
        start = emotion(self.plan.starting_emotion)
        seconds = advisor.BRIGHT_SECONDS if start.voice == "bright" else advisor.FIRST_SECONDS
        opening = [self.deck.draw(advisor.FIRST_LEADS), self.deck.draw(seconds, feeling=start.noun)]
        if self.deck.chance(0.2):
            opening.append(self.deck.draw(advisor.INTRODUCTIONS))
        return self._reply(opening, advisor.FIRST_TOPICS, advisor.CHECK_INS)

    def _middle_reply(self) -> str:
        opening = [
            self.deck.draw(advisor.MOVE_LEADS[self._move]),
            self.deck.draw(advisor.MIDDLE_SECONDS, feeling=self._feeling),
        ]
        return self._reply(opening, advisor.MIDDLE_TOPICS, advisor.CHECK_INS)

    def _last_reply(self) -> str:
        noun = emotion(self.plan.ending_emotion).noun
        opening = [self.deck.draw(advisor.LAST_LEADS), self.deck.draw(advisor.LAST_SECONDS, feeling=noun)]
        return self._reply(opening, advisor.LAST_TOPICS, advisor.LAST_CHECK_INS)

    def _reply(self, opening: list[str], topics: tuple[str, ...], check_ins: tuple[str, ...]) -> str:
        body = [self.deck.draw(topics)]
        if self.plan.quantity:
            body.append(self.deck.draw(advisor.FIGURES))
        step, self._report = steps_given.STEPS[self.deck.draw_index(steps_given.STEPS)]
        steps = [self.deck.draw(steps_given.STEP_FRAMES, step=step), self.deck.draw(steps_given.REASONS)]
        close = [self.deck.draw(check_ins)]
        others = " ".join([*opening, *steps, *close])
        goal, limit = (_left(words, others) for words in (self.deck.random.randint(*_ADVISOR_GOAL), ADVISOR_MOST))
        self.deck.lengthen(body, len(body), advisor.THOUGHTS, goal, limit)
        return paragraphs([opening, body, steps, close], self.deck.random)


def _left(words: int, text: str) -> int:
    return words - len(text.split())
