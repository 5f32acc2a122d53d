"""Writes the edge cases: Elena names the boundary, refers, holds the line warmly and ends in the referral.

`dialogue` calls it turn by turn. It must never advise on money and never name a contact that the plan does not give.
"""

from __future__ import annotations

from core.providers.simulator import boundary_phrases as phrases
from core.providers.simulator import client_phrases as client
from core.providers.simulator.deck import Deck
from core.providers.simulator.emotions import MIDDLE_FEELINGS, emotion
from core.providers.simulator.plan_block import ConversationPlan
from core.providers.simulator.turns import ADVISOR_LEAST, ADVISOR_MOST, CLIENT_LEAST, CLIENT_MOST, Turn, paragraphs


def boundary_turn(plan: ConversationPlan, deck: Deck, number: int) -> Turn:
    """One turn of an edge case."""
    kind = boundary_kind(plan)
    referral = _referral(plan, kind, number)
    is_last = number == plan.turns
    if number == 1:
        return Turn(_first_message(plan, deck, is_last), _first_reply(plan, deck, kind, referral, is_last))
    if is_last:
        return Turn(_last_message(plan, deck), _last_reply(plan, deck, referral))
    feeling = MIDDLE_FEELINGS[deck.draw_index(MIDDLE_FEELINGS)]
    return Turn(_pressing_message(deck, feeling), _holding_reply(deck, feeling, referral))


def boundary_kind(plan: ConversationPlan) -> str:
    """Which boundary a plan is about: crisis, legal or therapeutic; its topic decides before its other lines."""
    for text in (plan.topic, f"{plan.boundary} {' '.join(plan.referrals)}"):
        for kind, words in phrases.WORDS.items():
            if any(word in text.lower() for word in words):
                return kind
    return "therapeutic"


def _referral(plan: ConversationPlan, kind: str, number: int) -> str:
    """The plan's first referral at the start and the end, another one in between if there is one."""
    if not plan.referrals:
        return phrases.DEFAULT_REFERRALS[kind]
    return plan.referrals[0 if number in (1, plan.turns) else (number - 1) % len(plan.referrals)]


def _first_message(plan: ConversationPlan, deck: Deck, is_last: bool) -> str:
    start = emotion(plan.starting_emotion)
    sentences = [
        deck.draw(client.OPENINGS),
        deck.draw(client.FEELINGS, self=start.selves[deck.draw_index(start.selves)]),
        deck.draw(client.VOICES[start.voice]),
        deck.draw(client.EDGE_ASKS),
    ]
    if is_last:
        sentences.append(_ending(plan, deck))
    goal = deck.random.randint(38, 80)
    deck.lengthen(sentences, 3, client.VOICES[start.voice], goal, CLIENT_MOST)
    return " ".join(sentences)


def _pressing_message(deck: Deck, feeling: str) -> str:
    sentences = [deck.draw(client.EDGE_PRESSES), deck.draw(client.MIDDLES, feeling=feeling)]
    deck.lengthen(sentences, 1, client.EDGE_PRESSES, deck.random.randint(CLIENT_LEAST, 60), CLIENT_MOST)
    return " ".join(sentences)


def _last_message(plan: ConversationPlan, deck: Deck) -> str:
    sentences = [_ending(plan, deck), deck.draw(client.EDGE_ACCEPTS)]
    deck.lengthen(sentences, 1, client.EDGE_ACCEPTS, CLIENT_LEAST, CLIENT_MOST)
    return " ".join(sentences)


def _ending(plan: ConversationPlan, deck: Deck) -> str:
    end = emotion(plan.ending_emotion)
    return deck.draw(client.ENDINGS, self=end.selves[deck.draw_index(end.selves)])


def _first_reply(plan: ConversationPlan, deck: Deck, kind: str, referral: str, is_last: bool) -> str:
    noun = emotion(plan.starting_emotion).noun
    opening = [deck.draw(phrases.FIRST_LEADS), deck.draw(phrases.FIRST_SECONDS, feeling=noun)]
    limit = [deck.draw(phrases.TOPICS), deck.draw(phrases.BOUNDARIES[kind])]
    where = [deck.draw(phrases.REFERRALS, referral=referral), deck.draw(phrases.WHY_THEM)]
    if kind == "crisis":
        where.append(phrases.SAFETY)
    pool = phrases.LAST_REFERRALS if is_last else phrases.FIRST_CHECK_INS
    return _reply(deck, opening, limit, where, [deck.draw(pool, referral=referral)])


def _holding_reply(deck: Deck, feeling: str, referral: str) -> str:
    opening = [deck.draw(phrases.HOLD_LEADS), deck.draw(phrases.HOLD_SECONDS, feeling=feeling)]
    limit = [deck.draw(phrases.HOLDS), deck.draw(phrases.TOPICS)]
    where = [deck.draw(phrases.REFERRALS, referral=referral), deck.draw(phrases.WHY_THEM)]
    return _reply(deck, opening, limit, where, [deck.draw(phrases.HOLD_CHECK_INS)])


def _last_reply(plan: ConversationPlan, deck: Deck, referral: str) -> str:
    noun = emotion(plan.ending_emotion).noun
    opening = [deck.draw(phrases.LAST_LEADS), deck.draw(phrases.LAST_SECONDS, feeling=noun)]
    limit = [deck.draw(phrases.TOPICS), deck.draw(phrases.LAST_NOTES)]
    close = [deck.draw(phrases.WHY_THEM), deck.draw(phrases.LAST_REFERRALS, referral=referral)]
    return _reply(deck, opening, limit, [], close)


def _reply(deck: Deck, opening: list[str], limit: list[str], where: list[str], close: list[str]) -> str:
    others = len(" ".join([*opening, *where, *close]).split())
    goal = max(deck.random.randint(88, 130), ADVISOR_LEAST)
    deck.lengthen(limit, len(limit), phrases.CARE, goal - others, ADVISOR_MOST - others)
    return paragraphs([opening, limit, where, close], deck.random)
