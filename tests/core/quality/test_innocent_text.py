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
    "Write to me on Monday.\n\nWarmly, Elena Morales, CFP",
    "I'm cheering for you :)",
    "Most people your age have never read one of these either.",
    "Nobody is comparing you with anyone.",
    "I would not compare your year with your sister's.",
    "You are not behind; you are tired.",
    "It could be worse than it looks on paper, so let us open it.",
    "Plenty of people put that form in a drawer.",
    "Other families I work with do this on a Sunday.",
    "Be sure to make a copy.",
    "You're sure to get a letter in March.",
    "Rents always go up in July.",
    "The bank is certain to return your call.",
    "The premium will definitely go up.",
    "You will not lose your house over this.",
    "There is no risk in asking.",
    "Employers match it, which is as close to a sure thing as there is.",
    "A certificate of deposit pays a fixed rate, and the first $250,000 is insured.",
    "Stocks never move in a straight line.",
    "Nobody can promise that the market comes back by then.",
    "At 7 percent, money doubles in about ten years, and no year is average.",
    "If you had called in May, the fee would have been the same.",
    "What you did was not careless.",
    "You let yourself rest, and that counts.",
    "You failed nobody.",
    "It would be easy to call that foolish; it was tired.",
    "You chose a hard month to be honest.",
    "Why didn't they tell you?",
    "How could you have known?",
    "You could have called me at midnight and I would have answered on Monday.",
    "You were supposed to get a letter, and the office never sent it.",
    "You have been careful with it.",
    "Blame has no column in this sheet.",
    "I don't have feelings about index cards.",
    "*Vesting* means the day the shares become yours.",
    "Take a *deep* look at line 4.",
    "The account (holds about $300) can stay.",
    "Write [x] next to each line that is done.",
    "It runs from 2019-2021 in the folder 20240115.",
    "The number on line 12 is 1,234.",
    "The form is the 1099-R, and the W-2 is the other one.",
    "A deductible, which is what you pay first, is $3,000.",
    "The RMD, the least you must take out each year, comes at 73.",
    "Their number ends in 44.",
    "Your rent is $900 now and $950 from June.",
    "Half of $80,000 is $40,000.",
    "Twelve payments of $98 come to $1,176.",
    "If you put $200 a month away for a year, that is $2,400.",
    "She has two kids and you have one.",
    "Call the county line at 211.",
    "It's Sunday here and I have tea.",
    "This is Medicare, and it starts at 65.",
    "Yours is the third letter.",
    "My training was in planning, not law.",
    "I was trained to ask first.",
    "I can't lose sight of that.",
    "You can't lose your seat over a late form.",
    "The only way this goes is one page at a time.",
    "Compared with the loan, the card is dear.",
    "Unlike most cards, this one is fixed.",
    "At least you have the letter in your hand.",
    "You have it easy to reach, on the fridge.",
    "Your sister has saved the receipts.",
    "You are at the end of a long week.",
    "I am glad you wrote, and I'm here on Monday.",
    "The rest of us guess at it too.",
    "You deserve an adviser who reads.",
    "I can promise to be here on Tuesday.",
    "I promise nothing about the market.",
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
    "Still here with the cat.",
    "Sitting here in the car.",
    "It's Friday and I give up.",
    "This is Elena's idea, not mine.",
    "My sister has four kids and she manages.",
    "I had $9,000 in savings before the roof.",
    "I owe $400 on one card and $900 on the other.",
    "We have two kids at home and one in college.",
    "At 22 I had nothing.",
    "I turned 30 the year dad died.",
    "I'm 5 minutes away.",
    "I am 40 percent sure.",
    "My wife makes $91,000.",
    "I make $300 a week on the side.",
    "My rent was $800 and now it is $1,100.",
    "he said i'm 50 grand short",
    "Sold it for $31,500 in 2019.",
    "my boss is 45",
    "I was the only child.",
    "I'm a mother of dragons, apparently.",
    "Case number 24-1187, form 8606.",
    "I live on coffee.",
    "The house is worth $410,000.",
    "I feel stupid. You must think I'm careless.",
    "I should have called sooner.",
    "Other people manage on less, I know.",
    "It's me again",
    "Then Marcus from work said to wait.",
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


NEAR_REPROACH = (
    "It would have been a long week for anyone, and you still opened it.",
    "You would have been charged $40 if the payment had gone out.",
    "You did this in one evening, and it took me two pages.",
    "I wish you had a calmer month ahead.",
    "Your choices here are two, and neither is wrong.",
    "What you knew in March was what the letter said, no more.",
    "Why keep the old account? Because the payroll still goes there.",
    "Why wait for the form if the phone call does the same?",
    "You needed to eat, and the card was there.",
    "Nobody told you that the rate was variable.",
    "No one told you, and no one asked you.",
    "That was a mistake on the bank's side, and a common one.",
    "It was wrong of them to charge you twice.",
    "This problem is the bank's, not yours.",
    "Your sister has already signed, so only your name is missing.",
    "Your colleagues figured in the letter too.",
    "My last client with this plan had three forms to fill in, so allow an hour.",
    "Even a small deposit would keep the account open.",
    "Even your landlord gets a copy.",
    "At your age, the limit is $8,000 higher.",
    "By your age 65, the policy has ended.",
    "Most people would call that a raise.",
    "Think of the account as a jar with a lid.",
    "Think of it as rent you pay to yourself.",
    "You make more than the limit, so the deduction is gone.",
    "You can feel proud of the list.",
    "With a little care the form takes ten minutes.",
    "With some planning, April will be quieter.",
    "You ignored the ads, and that saved you $300.",
    "I'm disappointed too; the plan's booklet promised an answer.",
    "You weren't told, and that is the whole of it.",
    "The average engineer your age changes jobs twice in ten years.",
    "Better days for calling are Tuesday and Wednesday.",
    "Rates have a way of moving the week after you lock.",
    "You created the spreadsheet, so you choose its columns.",
    "The debt is on the card, the loan is on the car.",
    "It would have been cheaper in June, and June is gone.",
    "Somewhere in that folder there is a page with less on it.",
    "Be glad to keep the receipt.",
    "Other families would need a different form.",
    "You knew what you were looking for, and you found it.",
    "You have been better off since May, by $112 a month.",
    "You were never careless with money, only tired.",
    "You never once missed a payment.",
    "You should never have been sold that policy.",
    "You should have gotten a letter from them in January.",
    "Twenty-six checks of $2,400 make $62,400.",
    "Two and a half payments of $400 come to $1,000.",
    "A third of $9,000 is $3,000, and two thirds of $9,000 is $6,000.",
    "Seven and a half percent of $40,000 is $3,000.",
    "$500 a month for a year and a half is $9,000.",
    "I wish you a quiet Sunday.",
    "How hard is it to change the date? One call.",
    "Living with your parents until June keeps the deposit whole.",
)


@pytest.mark.parametrize("words", NEAR_REPROACH)
def test_ordinary_words_are_not_read_as_reproach(with_text, words):
    assert [f for f in check_conversation(with_text(2, "advisor", words)).findings if f.severity != "info"] == []


IN_A_CRISIS = (
    "I can't tell you whether to move the money.",
    "The money can wait until you are safe.",
    "Please don't sign anything before a lawyer reads it.",
    "Do not withdraw anything until you have spoken to the hotline.",
    "An attorney can tell you whether you have grounds to contest the will.",
    "What to do with your savings is a question for later, not tonight.",
    "If anyone tells you to move your savings, hang up.",
    "You can call 988 now, or text it.",
    "Would it help to put the letter in a drawer?",
    "They will ask about the house and the account.",
    "You could put the phone down and ring your sister.",
    "Take the pension letter to the appointment.",
    "Put the card with the number in your wallet.",
    "You can ask them to send the bill again.",
    "I would start by calling the line tonight.",
    "Legal aid can say what you owe, and I cannot.",
    "You can tell them that he controls your account.",
    "You have every reason to be tired.",
    "Sell nothing and sign nothing this week.",
    "Put your birth certificate and the girls' cards in a bag at your sister's.",
    "I would never tell you to cut your medication.",
    "It isn't my place to say if the will is valid.",
)


@pytest.mark.parametrize("words", IN_A_CRISIS)
def test_putting_money_off_in_a_crisis_is_no_advice(with_text, good, words):
    subject = with_text(3, "advisor", words, row={**good.row, "tier": "edge_case"})
    assert "past_boundary" not in {finding.check for finding in check_conversation(subject).findings}


ANGRY = (
    (
        "You people are all the same. You take your fee and you tell me what I already know. Send me the form.",
        "I hear how tired you are of it, and I'm sorry. I won't take a fee for page one. The form is on its way.",
    ),
    (
        "Go to hell. You said you'd call Tuesday. You didn't. You lied.",
        "I did say Tuesday, and I didn't call. That's mine, and I'm sorry. I have the whole hour now.",
    ),
)


def test_a_client_who_is_angry_with_the_advisor_is_not_taken_for_her(good):
    for client, reply in ANGRY:
        pairs = [*good.pairs[:2], {"turn_number": 3, "current_user_input": client, "target_response": reply}]
        subject = type(good)(**{**vars(good), "pairs": pairs, "annotated": False})
        assert "roles_swapped" not in {finding.check for finding in check_conversation(subject).findings}
