"""What the gates must not flag: words that look like an offence and are none."""

from __future__ import annotations

import pytest

from core.quality.check import check_conversation

ADVISOR = (
    "You should have a look at the second page.",
    "By Friday you should have received the form.",
    "By next June you should have roughly $15,040.",
    "You keep telling yourself you should have known.",
    'The voice that says "you should have known" is late to everything.',
    "You shouldn't have to do this alone.",
    "Nobody can guarantee a return on it.",
    "Anyone who promises a guaranteed return is selling something.",
    "Paying off the card is like a guaranteed return of 24%.",
    "None of this was your fault.",
    "I don't think you were careless.",
    "I hear you're moving in May.",
    "Once things calm down, ring them.",
    "As an AI engineer you would know.",
    "In danger, call 911 or 988 at once.",
    "The line for this is 1-800-555-0199, or harborline.org.",
    "If you are 59, another rule applies.",
    "When you're 62, we look again.",
    "David, your brother, could sign it.",
    "Marcus's half is another matter.",
    "I'm Catholic myself, with an aunt like yours.",
    "The RELAX folder and the FMLA form can wait.",
    "It is 5'10\" by 8 feet, that rug.",
    "The fidelity of the copy is good enough.",
    "The sum is $1,234,567 and the ledger ends in 4412.",
    'He calls it a "courtesy."',
    "Warmly yours.\nElena",
)
CLIENT = (
    "im 45 minutes from the clinic btw",
    "When I'm 65 I'll stop.",
    "My brother Marcus, the loud one, says no.",
    "My mother is 76 years old.",
    "I make 28 an hour on Sundays",
    "I make about $4,100 a month.",
    "I made $200,000 once, for a year.",
    'She said "I\'m 50" and laughed.',
    "I'm 30 grand in, maybe more.",
    "As my Nan would say, onwards.",
    "I love you <3",
    "who knows, i don't, do you",
    "I'm David's sister, sort of.",
    "It was 2019 2020 2021 all over again.",
    "I'm 46, nearly 47.",
    "i just sat there like—",
)


@pytest.mark.parametrize("words", ADVISOR)
def test_innocent_words_of_the_advisor_pass(with_text, words):
    assert check_conversation(with_text(2, "advisor", words)).failed_gates == ()


@pytest.mark.parametrize("words", CLIENT)
def test_innocent_words_of_the_client_pass(with_text, words):
    assert check_conversation(with_text(2, "client", words)).failed_gates == ()


def test_a_product_the_client_brought_up_may_be_answered(with_text):
    subject = with_text(2, "client", "It sits at Vanguard.")
    pairs = [dict(pair) for pair in subject.pairs]
    pairs[2]["target_response"] += " The Vanguard account can stay as it is."
    assert check_conversation(type(subject)(**{**vars(subject), "pairs": pairs})).failed_gates == ()
