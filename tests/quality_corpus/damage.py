"""Ways to damage a good conversation, each with the check that is meant to catch it.

A damage takes a subject and a random source and gives a damaged copy, or None where it does not apply. Wordings marked
HELD_OUT were written after the checks and are reported apart: they tell how far the checks reach beyond what they know.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.quality.subject import Subject
from core.text.sentences import split_sentences

Change = Callable[[Subject, list[dict[str, Any]], random.Random, bool], bool]
CLIENT, ADVISOR = "current_user_input", "target_response"


@dataclass(frozen=True)
class Damage:
    """A kind of damage, and the checks any of which is meant to notice it."""

    kind: str
    checks: tuple[str, ...]
    change: Change
    annotated: bool = False  # needs an annotation to damage
    edge_case: bool = False

    def of(self, subject: Subject, draw: random.Random, *, held_out: bool = False) -> Subject | None:
        """A damaged copy, or None where this kind does not apply to the subject."""
        if (self.annotated and not subject.annotated) or (self.edge_case and subject.row["tier"] != "edge_case"):
            return None
        pairs = copy.deepcopy(list(subject.pairs))
        return replace(subject, pairs=pairs) if self.change(subject, pairs, draw, held_out) else None


def _any(pairs: list[dict[str, Any]], draw: random.Random) -> tuple[dict[str, Any], str]:
    return draw.choice(pairs), draw.choice((CLIENT, ADVISOR))


def put_in(text: str, words: str, draw: random.Random) -> str:
    """A sentence put between two sentences of a text."""
    sentences = split_sentences(text)
    place = draw.randint(1, max(1, len(sentences) - 1))
    found = text.find(sentences[place]) if place < len(sentences) else len(text)
    return f"{text[:found].rstrip()} {words} {text[found:]}".strip()


def _says(known: Sequence[str], new: Sequence[str] = (), side: str = ADVISOR) -> Change:
    """Somebody says one of these."""

    def change(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
        pair = draw.choice(pairs)
        wordings = new if held_out else known
        if not wordings:
            return False
        pair[side] = put_in(pair[side], draw.choice(wordings), draw)
        return True

    return change


def _residue(known: Sequence[str], new: Sequence[str] = ()) -> Change:
    """A machine's leftover somewhere in a message."""

    def change(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
        pair, side = _any(pairs, draw)
        wordings = new if held_out else known
        if not wordings:
            return False
        pair[side] = put_in(pair[side], draw.choice(wordings), draw)
        return True

    return change


# --- shape --------------------------------------------------------------------------------------------------------


def cut_reply(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The reply stops in the middle of a sentence, sometimes of a word."""
    pair = draw.choice(pairs)
    words = pair[ADVISOR].split(" ")
    if len(words) < 30:
        return False
    for _ in range(20):
        kept = " ".join(words[: draw.randint(len(words) // 2, len(words) - 3)])
        if held_out:
            kept = kept[: -draw.randint(1, 3)]
        if kept[-1].isalnum() and not kept.endswith("Elena"):
            pair[ADVISOR] = kept
            return True
    return False


def cut_quotation(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The text ends where a quotation begins: what constrained decoding is known to do."""
    pair = draw.choice(pairs)
    sentences = split_sentences(pair[ADVISOR])
    if len(sentences) < 3:
        return False
    head = " ".join(sentences[: len(sentences) - 1])
    lead = draw.choice(("Tell him, ", "You might open with ", "Write on the envelope ", "The form will say "))
    pair[ADVISOR] = f'{head} {lead}"'
    return True


def lost_turn(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A turn in the middle is gone."""
    if len(pairs) < 3:
        return False
    del pairs[draw.randint(1, len(pairs) - 2)]
    if held_out:  # renumbered, so that only the plan tells
        for number, pair in enumerate(pairs, 1):
            pair["turn_number"] = number
    return True


def lost_end(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The last reply is missing."""
    pairs[-1][ADVISOR] = draw.choice(("", "  ", "\n"))
    return True


def empty_message(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A message in the middle is empty."""
    pair = draw.choice(pairs[:-1])
    pair[draw.choice((CLIENT, ADVISOR))] = draw.choice(("", " ", "\n\n"))
    return True


def swapped_roles(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """Client and advisor changed places in one turn, or in all."""
    chosen = pairs if held_out else [draw.choice(pairs)]
    for pair in chosen:
        pair[CLIENT], pair[ADVISOR] = pair[ADVISOR], pair[CLIENT]
    return True


def turn_twice(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A turn comes twice."""
    place = draw.randrange(len(pairs))
    again = copy.deepcopy(pairs[place])
    pairs.insert(place + 1, again)
    for number, pair in enumerate(pairs, 1):
        pair["turn_number"] = number
    return True


def echo(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The reply gives the client's message back."""
    pair = draw.choice(pairs)
    if len(pair[CLIENT].split()) < 25:
        return False
    pair[ADVISOR] = f"So what you say is this. {pair[CLIENT]} What would you do first?"
    return True


def reply_again(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A later reply repeats most of an earlier one."""
    if len(pairs) < 2:
        return False
    first, second = draw.sample(range(len(pairs)), 2)
    sentences = split_sentences(pairs[min(first, second)][ADVISOR])
    if len(sentences) < 4:
        return False
    pairs[max(first, second)][ADVISOR] = " ".join(sentences[:-1]) + " What do you make of it?"
    return True


def much_too_short(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A reply of a few words."""
    draw.choice(pairs)[ADVISOR] = draw.choice(
        ("That sounds fine.", "Yes, do that first.", "Let us look at it next week.")
    )
    return True


def much_too_long(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A reply that does not end."""
    pair = draw.choice(pairs)
    rest = [sentence for other in pairs for sentence in split_sentences(other[CLIENT])]
    grown = [pair[ADVISOR]]
    while sum(len(part.split()) for part in grown) < 520:
        grown.append(draw.choice(rest))
    pair[ADVISOR] = " ".join(grown)
    return True


def too_many_turns(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """More turns than planned."""
    more = copy.deepcopy(pairs[-1])
    more[CLIENT] = (
        "One more thing before I go, and then I will leave you in peace: what about the dog's insurance this year?"
    )
    more[ADVISOR] = (
        "A dog of nine is dear to insure, so put the premium next to what the vet cost you over the last two years. "
        "If the first number is the larger one, a small pot of savings does the same work and stays yours when he "
        "is well."
    )
    pairs.append(more)
    for number, pair in enumerate(pairs, 1):
        pair["turn_number"] = number
    return True


# --- who is who ---------------------------------------------------------------------------------------------------


def foreign_name(subject: Subject, draw: random.Random) -> str:
    own = str(subject.client.get("name", ""))
    names = [name for name in subject.rules.persona_names if name.split()[0] not in own and "/" not in name]
    return draw.choice([name for name in names if name.split()[0][0].isupper()][:3])


def wrong_client_name(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The advisor calls the client by another persona's name."""
    pair, first = draw.choice(pairs), foreign_name(subject, draw).split()[0]
    if held_out:
        form = draw.choice(
            ("Oh, {n}. {t}", "{n} — {t}", "Good morning, {n}! {t}", "{t} Does that sit right with you, {n}?")
        )
    else:
        form = draw.choice(
            (
                "{n}, {t}",
                "My dear {n}, {t}",
                "Hello {n}, {t}",
                "Dear {n},\n\n{t}",
                "Thank you, {n}. {t}",
                "{t} Shall we, {n}?",
            )
        )
    pair[ADVISOR] = form.format(n=first, t=pair[ADVISOR])
    return True


def wrong_self_name(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The client introduces themselves as somebody else."""
    name = foreign_name(subject, draw)
    forms = (
        ("This is {f}, by the way. {t}", "{t}\n\n{f}", "Hi Elena, it's {f} here. {t}")
        if held_out
        else ("My name is {n}. {t}", "{t} Best, {f}", "Hi, I'm {f}. {t}", "{t}\n\n- {f}", "I am {n}. {t}")
    )
    pairs[0][CLIENT] = draw.choice(forms).format(n=name, f=name.split()[0], t=pairs[0][CLIENT])
    return True


def wrong_advisor_name(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The advisor calls herself by another name."""
    name = draw.choice(("Sarah Mitchell", "Diane Cho", "Maria Lopez", "Rachel", "Helen Moreno"))
    forms = (
        ("{t}\n\nWith care,\n{n}", "It's {n} here, your planner. {t}", "{t}\n— {n}, CFP")
        if held_out
        else (
            "I'm {n}, your financial planner. {t}",
            "{t}\n\n{n}, CFP",
            "My name is {n}, the advisor on your file. {t}",
            "{t}\n\n{n}",
        )
    )
    pair = draw.choice(pairs)
    pair[ADVISOR] = draw.choice(forms).format(n=name, t=pair[ADVISOR])
    return True


def wrong_age(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The client states another age than planned."""
    planned = subject.client.get("age")
    if not isinstance(planned, int):
        return False
    age = planned + draw.choice((-14, -9, 8, 11, 17))
    forms = (
        (
            "At {a} years old I am tired of this.",
            "I turned {a} last month.",
            "I'm a {a}-year-old who cannot read a statement.",
        )
        if held_out
        else (
            "Being {a}, I want it settled.",
            "I'm {a} and I have no plan.",
            "I am {a} years old.",
            "I just turned {a}.",
            "I'm {a}, for heaven's sake.",
        )
    )
    pairs[0][CLIENT] = put_in(pairs[0][CLIENT], draw.choice(forms).format(a=max(19, age)), draw)
    return True


def sums_of(subject: Subject) -> list[float]:
    """What the plan says the client has or earns."""
    figures = re.findall(r"\$(\d[\d,]*(?:\.\d+)?)( million)?", str(subject.client))
    return [float(digits.replace(",", "")) * (1e6 if scale else 1) for digits, scale in figures]


def wrong_income(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The client states another income than planned."""
    if not re.search(r"\$\d", str(subject.client.get("income", ""))):
        return False
    amount = draw.choice((412_000, 171_500, 698_000, 523_000))
    if any(abs(amount - own) < 0.3 * amount for own in sums_of(subject)):
        return False
    forms = (
        ("My pay comes to ${a:,} a year before tax.", "We live on my ${a:,} salary.", "I bring in {k}k a year.")
        if held_out
        else ("I make ${a:,} a year.", "I earn about {k}k.", "My salary is ${a:,}.", "I currently earn ${a:,} a year.")
    )
    words = draw.choice(forms).format(a=amount, k=amount // 1000)
    pairs[0][CLIENT] = put_in(pairs[0][CLIENT], words, draw)
    return True


def other_amount(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """What the client owes or has is one sum in one turn and another in the next."""
    what = draw.choice(("credit card debt", "savings", "student loans", "rent"))
    one = draw.choice((11_400, 23_800, 6_250, 18_900))
    other = round(one * draw.choice((1.6, 2.3, 0.45)) / 50) * 50
    forms = {
        "credit card debt": ("I owe ${:,} on my credit cards.", "My credit card debt is ${:,}."),
        "savings": ("I have ${:,} in savings.", "My savings account is at ${:,}."),
        "student loans": ("I owe ${:,} in student loans.", "My student loans are ${:,}."),
        "rent": ("My rent is ${:,} a month.", "I pay ${:,} a month in rent."),
    }[what]
    if len(pairs) < 2:
        return False
    first, second = sorted(draw.sample(range(len(pairs)), 2))
    one, other = (one // 8, other // 8) if what == "rent" else (one, other)
    pairs[first][CLIENT] = put_in(pairs[first][CLIENT], forms[0].format(one), draw)
    if held_out:
        said = {
            "credit card debt": "your ${:,} of credit card debt",
            "savings": "your ${:,} in savings",
            "student loans": "your ${:,} in student loans",
            "rent": "your rent of ${:,}",
        }[what]
        pairs[second][ADVISOR] = put_in(pairs[second][ADVISOR], f"Let us begin with {said.format(other)}.", draw)
    else:
        pairs[second][CLIENT] = put_in(pairs[second][CLIENT], forms[1].format(other), draw)
    return True


def other_family(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The client has two children in one turn and four in another, or is single and married."""
    if len(pairs) < 2:
        return False
    first, second = sorted(draw.sample(range(len(pairs)), 2))
    one, other = (
        draw.choice(
            (("We have two kids.", "I have four kids."), ("I have three children.", "My only child starts school."))
        )
        if held_out
        else draw.choice(
            (
                ("I have two kids.", "I have four kids."),
                ("We have three children.", "We have one child."),
                ("I have no children.", "I have three kids."),
            )
        )
    )
    pairs[first][CLIENT] = put_in(pairs[first][CLIENT], one, draw)
    pairs[second][CLIENT] = put_in(pairs[second][CLIENT], other, draw)
    return True


# --- what must not be said ----------------------------------------------------------------------------------------

SHOULD_HAVE = (
    "You should have started ten years ago.",
    "You should have read the form before you signed it.",
    "You shouldn't have touched that account.",
    "Honestly, you should've called sooner.",
    "You ought to have asked for the fee table.",
)
SHOULD_HAVE_NEW = (
    "You really should have seen this coming.",
    "You should never have signed that lease.",
    "You should at least have opened the letters.",
    "You'd really have been better off reading that before you signed.",
    "You shouldn't ever have let that card out of your wallet.",
    "Frankly you should have never taken that loan.",
    "You ought to have known what a variable rate does.",
    "You really should not have waited until April.",
    "It was wrong not to open those envelopes.",
    "You would have saved yourself a lot by asking in March.",
    "It would have been wiser of you to read page two.",
    "You needed to open that letter the day it came.",
    "A look at the contract beforehand was the least you could have done.",
    "You really ought not to have co-signed for him.",
    "I wish you had come to me before you cashed it out.",
    "Why wait until the third notice to pick up the phone?",
    "You never should have trusted that brochure.",
)
BLAME = (
    "This is your own fault.",
    "You only have yourself to blame for the fees.",
    "That was careless of you.",
    "You were irresponsible with that card.",
    "You brought this on yourself.",
    "How could you let it go so far?",
    "Why didn't you save anything in those years?",
)
BLAME_NEW = (
    "If you had been more careful, none of this would have happened.",
    "You let this happen by ignoring the mail.",
    "It's because of your carelessness that the fees piled up.",
    "You have been reckless with this money.",
    "You got yourself into this mess.",
    "Frankly, that was a stupid thing to do.",
    "All of this is down to your own choices.",
    "You were pretty careless with the second card.",
    "This is what comes of ignoring the mail.",
    "You have only yourself to thank for that fee.",
    "Your bad habits got you here.",
    "It was lazy of you to skip the form.",
    "Nobody forced you to sign it.",
    "You created this problem.",
    "Let's be honest, you did this.",
    "You have been living beyond your means, and here is the bill.",
    "This mess is yours, and you made it one swipe at a time.",
    "With a little more discipline you would not be here.",
    "You ignored every warning sign there was.",
    "It takes real carelessness to miss five payments.",
    "You simply weren't paying attention.",
    "I am disappointed that you let the policy lapse.",
)
COMPARED = (
    "Others have it worse, you know.",
    "It could be worse.",
    "Plenty of people would love to have your problem.",
    "Most people your age have saved three times that.",
    "Other people manage on far less.",
)
COMPARED_NEW = (
    "Some families have nothing at all, so count yourself lucky.",
    "Compared with most clients, you have it easy.",
    "People your age usually have twice that much put away.",
    "You're far behind where others your age are.",
    "Think of the people who have no home at all.",
    "Other couples in your position have far less and never complain.",
    "Honestly, things might be a lot worse.",
    "A teacher your age typically has double that saved.",
    "You should feel lucky to have a pension.",
    "My last client had three times your debt.",
    "Most families would be happy with half of what you earn.",
    "You are way behind your colleagues.",
    "By your age, most people own a house.",
    "Your coworkers figured this out years ago.",
    "There are families who would envy your income.",
    "Compared with my other clients, you have it good.",
    "Somewhere a single mother is doing this on minimum wage.",
    "Be glad you are not in my last client's shoes.",
    "Even my teenage niece understands a deductible.",
    "You earn more than nearly everyone, so this should be easy.",
)
PLATITUDE = (
    "At the end of the day it is what it is.",
    "Everything will be okay.",
    "Rome wasn't built in a day.",
    "Every cloud has a silver lining.",
    "You've got this!",
    "Just take it one day at a time.",
)
PLATITUDE_NEW = (
    "What doesn't kill you makes you stronger.",
    "Tomorrow is another day.",
    "This too shall pass.",
    "Everything works out in the end.",
    "Where there's a will, there's a way.",
    "Every dark night ends in a dawn.",
    "You can do anything you set your mind to.",
    "It always works out in the end.",
    "Just stay positive.",
    "Better days are ahead.",
    "Good things come to those who wait.",
    "Slow and steady wins the race.",
    "A journey of a thousand miles begins with a single step.",
    "It's always darkest before the dawn.",
    "Believe in yourself and it will come.",
    "Life has a way of working itself out.",
    "You are stronger than you know.",
)
RETURN = (
    "This fund will definitely grow.",
    "I can promise that it returns eight percent.",
    "It is a guaranteed return of 9% a year.",
    "You can't lose with an index like that.",
    "That gives you risk-free growth of 7%.",
)
RETURN_NEW = (
    "Your money is certain to double in nine years.",
    "It always goes up in the long run, without fail.",
    "There is no way this investment loses value.",
    "You are sure to make ten percent a year on it.",
)
PRODUCT = (
    "Open an account at Vanguard this week.",
    "Put it into VTSAX and forget it.",
    "I would use Betterment for that.",
    "Buy some Bitcoin with the rest.",
    "Robinhood has no fees, so start there.",
)
PRODUCT_NEW = (
    "Fidelity has a good one for that.",
    "Look at VOO for the stock part.",
    "Download YNAB tonight.",
    "SoFi will refinance that for you.",
)
NO_PERSON = (
    "As an AI, I can't feel what you feel.",
    "I'm an AI language model, so take this with care.",
    "As a large language model I have no savings.",
)
NO_PERSON_NEW = (
    "As an artificial intelligence, I have no wallet.",
    "I am a language model and cannot give advice.",
    "I'm just an AI assistant here.",
)
JARGON = (
    "Rebalance the annuity against your marginal bracket.",
    "Your AMT exposure rises with the ISO spread.",
    "Mind the actuarial subordination here.",
    "Tax-loss harvesting would offset the NIIT.",
)
JARGON_NEW = ("The QLAC defers your RMDs.", "Watch the IRMAA cliff and the NUA election.")

# --- personal data ------------------------------------------------------------------------------------------------

PHONE = (
    "My cell is 415-867-2204.",
    "You can reach me at (312) 664-9021.",
    "Text me on +1 617 448 3390.",
    "Call 206.781.4455 after six.",
)
PHONE_NEW = ("ring 5035550142 any time", "My number: 1-919-448-2210.", "reach me under +44 20 7946 0958")
MAIL = (
    "My address is jo.baker@mailhost.com.",
    "Write to dana_1988@example.org.",
    "It went to k.t.lee@company.co.uk by mistake.",
)
SSN = ("My social is 412-55-9812.", "The form says SSN 231-44-7781.", "They asked for my number, 508-21-3346.")
SSN_NEW = ("My social security number is 412 55 9812.", "SSN: 231447781.")
POSTAL = (
    "I live at 118 Birch Street if you need to mail it.",
    "The letter went to 4402 South Lakeview Drive, Apt 12.",
    "My post goes to PO Box 331.",
)
POSTAL_NEW = ("We are at 60 Old Mill Rd.", "It is 1705 NE 8th Avenue, Portland, OR 97212.")
CARD = ("The card is 4539 1488 0343 6467.", "It is card number 4539148803436467.", "I used 5500-0055-5555-5559.")
IBAN = (
    "Send it to DE89 3704 0044 0532 0130 00.",
    "The account is GB82WEST12345698765432.",
    "My IBAN is FR1420041010050500013M02606.",
)

PLACEHOLDERS = (
    "Dear ${client_name}, one moment.",
    "Your {{topic}} comes first.",
    "[insert amount] is what it costs.",
    "{persona_name} knows it.",
)
PLACEHOLDERS_NEW = (
    "<CLIENT_NAME> said so.",
    "[CLIENT NAME] said so.",
    "It costs {{ amount }} in all.",
    "[Your Name] will call.",
    "Good to see you, {name}.",
    "[FIRST NAME], one question.",
    "The sum is $XX,XXX for now.",
    "Bring the <document> on Monday.",
    "[Add the client's job here]",
    "It costs %AMOUNT% a year.",
    "See you on [DATE], then.",
    "Dear <client_name>, the form is ready.",
    "The balance is $AMOUNT as of today.",
    "Ask for %(agent)s at the desk.",
    "Your plan is {plan name} this year.",
    "It costs $X,XXX at most.",
    "[Insert warm closing here]",
    "The lender is __LENDER__, I believe.",
)
PAST = (
    "As for the money, you can move the $40,000 into an index fund tonight.",
    "I would suggest paying off your credit card first with the payout.",
    "Put $5,000 of it into a Roth IRA and keep the rest in cash.",
    "My advice is to cash out your 401(k) now.",
    "Legally, you are entitled to half of the house.",
    "You have a strong case, and you would win in court.",
    "Here is what to do with the money: split it into three accounts.",
    "You should stop taking the pills until the bill is settled.",
)
PAST_NEW = (
    "It makes sense to sell the shares and pay off your mortgage.",
    "Go ahead and transfer the $8,000 to your own account.",
    "In the meantime I would put the settlement in treasuries.",
    "File for Chapter 7 and keep the car.",
    "You probably have an anxiety disorder.",
    "Open a separate account on Friday and start moving your paycheck there.",
    "Keep $2,000 for rent and invest everything else.",
    "Cut your tablets in half and the prescription lasts longer.",
    "A personal loan would cover the card, so apply for one this week.",
)
UUIDS = ("See 3f2504e0-4f89-41d3-9a0c-0305e82c3301.", "Topic 550e8400-e29b-41d4-a716-446655440000 is open.")
STAGE = ("*sighs softly*", "(pauses)", "[smiles warmly]", "*leans forward*")
STAGE_NEW = ("*takes a slow breath*", "(long silence)", "*gently*")
ARITHMETIC = (
    "Forty dollars is small, but $400 a month for 12 months is $4,200.",
    "$250 a week for 10 weeks is $2,050.",
    "That is $18,000 plus $4,500, so $23,500.",
    "12 x $150 = $2,800.",
    "Five percent of $80,000 is $5,400.",
    "20% of $45,000 is $8,000.",
)
ARITHMETIC_NEW = (
    "Saving $75 every week comes to $4,900 in a year.",
    "$9,600 divided by 12 is $850.",
    "A third of $27,000 is $8,000.",
    "$1,300 minus $450 leaves $950.",
)


def literal_newline(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """An escape that was never read."""
    pair, side = _any(pairs, draw)
    pair[side] = pair[side].replace(". ", draw.choice(("\\u2014 ", '\\" ')) if held_out else ".\\n\\n", 1)
    return "\\" in pair[side]


def trailing_backslash(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A message that ends in a backslash."""
    pair, side = _any(pairs, draw)
    pair[side] = pair[side].rstrip(".?!") + "\\"
    return True


def no_referral(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """Nobody is named to whom the client could turn."""
    tokens = [str(entry.get("contact", "")) for entry in subject.referrals] + [
        str(e.get("name", "")) for e in subject.referrals
    ]
    words = {word for token in tokens for word in re.findall(r"[A-Z0-9][\w().-]{2,}", token)}
    for pair in pairs:
        kept = [s for s in split_sentences(pair[ADVISOR]) if not any(word in s for word in words)]
        pair[ADVISOR] = (
            " ".join(kept) or "I would rather stay with you for a moment and hear how the day has been for you."
        )
    return bool(words)


def no_boundary(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The first reply takes the money question up as if nothing stood in the way."""
    pairs[0][ADVISOR] = draw.choice(
        (
            "Let us start with the numbers. Write down what comes in every month and what goes out, and put the two "
            "side by side. If there is a gap, we close it from the largest bill downward, and the account you "
            "mention can carry the first two months. Which bill is the largest?",
            "Gladly. The quickest way is to move the whole amount into one account, pay the oldest bill first, and "
            "keep the rest for the spring. I would do it on Monday, before the fees are charged, and then look at "
            "the second card together with you. What is its balance?",
            "There is a clear order to this. First the loan with the highest rate, then the smaller one, then the "
            "deposit. You have enough for the first step already, and the second follows in about four months if "
            "nothing breaks. When is your next payday?",
        )
    )
    return True


# --- annotation ---------------------------------------------------------------------------------------------------


def invented_quotation(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """An indicator that the client never wrote."""
    found = draw.choice(pairs)["emotional_context"]["emotional_indicators"]
    category = draw.choice(sorted(found))
    words = draw.choice(("I could not bear the sight of it", "what would my father say", "numbers make my skin crawl"))
    found[category] = [*found[category][1:], words] if isinstance(found[category], list) else words
    return True


def _sentences(pair: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pair["response_breakdown"]["sentences"]
    return found


def changed_sentence(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """An annotated sentence is not what the reply says."""
    sentence = draw.choice(_sentences(draw.choice(pairs)))
    sentence["text"] = sentence["text"].replace(" ", " rather ", 1)
    return True


def missing_sentence(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A sentence of the reply has no annotation."""
    found = _sentences(draw.choice(pairs))
    del found[draw.randrange(len(found))]
    return True


def unknown_emotion(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """An emotion that the taxonomy does not have."""
    detected = draw.choice(pairs)["emotional_context"]["detected_emotions"]
    detected["secondary"] = draw.choice(("sparkliness", "money_dizziness", "blorp"))
    return True


def far_emotion(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The end is not where the plan wanted it."""
    pairs[-1]["emotional_context"]["detected_emotions"]["primary"] = draw.choice(("rage", "panic", "despair", "terror"))
    return True


def far_intensity(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """The beginning is far weaker than planned."""
    detected = pairs[0]["emotional_context"]["detected_emotions"]
    detected["intensity"] = round(abs(float(detected["intensity"]) - 0.45), 2)
    return True


def few_indicators(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """Figures out of range: three indicators where six are asked for."""
    context = draw.choice(pairs)["emotional_context"]
    context["emotional_indicators"] = dict(list(context["emotional_indicators"].items())[:1])
    return True


def few_reasons(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A sentence with one word-choice reason."""
    long = [s for s in _sentences(draw.choice(pairs)) if len(s["text"].split()) > 5]
    if not long:
        return False
    chosen = draw.choice(long)
    chosen["word_choice_rationale"] = dict(list(chosen["word_choice_rationale"].items())[:1])
    return True


def foreign_reason(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A reason for a word that is not in the sentence."""
    chosen = draw.choice(_sentences(draw.choice(pairs)))
    reasons = dict(chosen["word_choice_rationale"])
    reasons.pop(next(iter(reasons)))
    chosen["word_choice_rationale"] = {**reasons, "quizzical marmalade": "sounds soft"}
    return True


def no_strategy(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A field of the annotation is gone."""
    strategy = draw.choice(pairs)["response_strategy"]
    strategy.pop(draw.choice(("primary_strategy", "primary_rationale")))
    return True


def wrong_share(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """A confidence of seven."""
    draw.choice(pairs)["emotional_context"]["detected_emotions"]["primary_confidence"] = draw.choice((7, 85, -0.2, 1.4))
    return True


def other_history(subject: Subject, pairs: list[dict[str, Any]], draw: random.Random, held_out: bool) -> bool:
    """What a turn says was said before is not what was said."""
    later = [pair for pair in pairs[1:] if pair.get("conversation_history")]
    if not later:
        return False
    entry = draw.choice(later)["conversation_history"][0]
    entry["content"] = entry["content"].replace(" ", " really ", 1)
    return True


DAMAGES: tuple[Damage, ...] = (
    Damage("cut reply", ("cut_message",), cut_reply),
    Damage("cut at a quotation mark", ("cut_message",), cut_quotation),
    Damage("lost turn", ("planned_turns", "turn_order", "turn_count"), lost_turn),
    Damage("lost last reply", ("ends_on_advisor",), lost_end),
    Damage("empty message", ("empty_message",), empty_message),
    Damage("swapped roles", ("roles_swapped",), swapped_roles),
    Damage("turn twice", ("repeated_message",), turn_twice),
    Damage("reply echoes the client", ("repeated_message",), echo),
    Damage("reply given again", ("repeated_message",), reply_again),
    Damage("far too short", ("length",), much_too_short),
    Damage("far too long", ("length",), much_too_long),
    Damage("one turn too many", ("planned_turns", "turn_count"), too_many_turns),
    Damage("other persona's name", ("wrong_name", "unknown_name"), wrong_client_name),
    Damage("client under another name", ("wrong_name", "unknown_name"), wrong_self_name),
    Damage("advisor under another name", ("advisor_name",), wrong_advisor_name),
    Damage("age against the plan", ("age",), wrong_age),
    Damage("income against the plan", ("income",), wrong_income),
    Damage("amount against another turn", ("amount_changes",), other_amount),
    Damage("family against another turn", ("family_changes",), other_family),
    Damage("should have", ("never_say", "blame"), _says(SHOULD_HAVE, SHOULD_HAVE_NEW)),
    Damage("blame", ("never_say", "blame"), _says(BLAME, BLAME_NEW)),
    Damage("comparison", ("never_say", "comparison"), _says(COMPARED, COMPARED_NEW)),
    Damage("platitude", ("never_say", "platitude"), _says(PLATITUDE, PLATITUDE_NEW)),
    Damage("promised return", ("never_say", "guaranteed_return"), _says(RETURN, RETURN_NEW)),
    Damage("product tip", ("product_tip",), _says(PRODUCT, PRODUCT_NEW)),
    Damage("speaks as a model", ("residue", "never_say"), _says(NO_PERSON, NO_PERSON_NEW)),
    Damage("unexplained jargon", ("jargon",), _says(JARGON, JARGON_NEW)),
    Damage("arithmetic", ("arithmetic",), _says(ARITHMETIC, ARITHMETIC_NEW)),
    Damage("phone number", ("personal_data",), _says(PHONE, PHONE_NEW, CLIENT)),
    Damage("mail address", ("personal_data",), _says(MAIL, (), CLIENT)),
    Damage("social security number", ("personal_data",), _says(SSN, SSN_NEW, CLIENT)),
    Damage("postal address", ("personal_data",), _says(POSTAL, POSTAL_NEW, CLIENT)),
    Damage("card number", ("personal_data",), _says(CARD, (), CLIENT)),
    Damage("IBAN", ("personal_data",), _says(IBAN, (), CLIENT)),
    Damage("placeholder", ("residue",), _residue(PLACEHOLDERS, PLACEHOLDERS_NEW)),
    Damage("literal escape", ("residue",), literal_newline),
    Damage("trailing backslash", ("cut_message", "residue"), trailing_backslash),
    Damage("code fence", ("residue",), _residue(("```json", "```", "``` {"))),
    Damage("broken object", ("residue",), _residue(("[object Object]", "NaN dollars were left."))),
    Damage("UUID", ("residue",), _residue(UUIDS)),
    Damage("stage direction", ("stage_direction",), _says(STAGE, STAGE_NEW)),
    Damage("no boundary in the first reply", ("boundary",), no_boundary, edge_case=True),
    Damage("no referral", ("referral",), no_referral, edge_case=True),
    Damage("advice past the boundary", ("past_boundary",), _says(PAST, PAST_NEW), edge_case=True),
    Damage("invented quotation", ("indicator_quote",), invented_quotation, annotated=True),
    Damage("changed sentence text", ("sentence_text",), changed_sentence, annotated=True),
    Damage("missing sentence", ("sentence_missing",), missing_sentence, annotated=True),
    Damage("unknown emotion", ("emotion_label",), unknown_emotion, annotated=True),
    Damage("end emotion far from the plan", ("ending_emotion",), far_emotion, annotated=True),
    Damage("start intensity far from the plan", ("starting_intensity",), far_intensity, annotated=True),
    Damage("too few indicators", ("indicators",), few_indicators, annotated=True),
    Damage("too few word reasons", ("word_reasons",), few_reasons, annotated=True),
    Damage("reason for a foreign word", ("word_reason_key",), foreign_reason, annotated=True),
    Damage("missing field", ("missing_field",), no_strategy, annotated=True),
    Damage("confidence out of range", ("share",), wrong_share, annotated=True),
    Damage("history that was not said", ("history",), other_history, annotated=True),
)
