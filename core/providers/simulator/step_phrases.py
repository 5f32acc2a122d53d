"""The one small step that each practice reply suggests, and how the client reports on it in the next message.

Pure material for `dialogue`: a step is what the advisor asks, its report what "I" did. No step may recommend a product.
"""

from __future__ import annotations

STEP_FRAMES = (
    "Here is one step for this week: {step}.",
    "For now, only one thing: {step}.",
    "One small step: {step}.",
    "Until we talk again, {step}.",
    "If you are up for it, {step}.",
    "Between now and the weekend, {step}.",
    "The next move is small: {step}.",
    "Let us keep the homework light: {step}.",
    "I have a single suggestion: {step}.",
    "Before anything bigger, {step}.",
    "Just this, and nothing else: {step}.",
    "When you have a quiet half hour, {step}.",
)
STEPS = (
    (
        "write down every number you already know on one page, and leave the rest blank",
        "wrote down every number I know on one page and left the rest blank",
    ),
    (
        "put the two latest statements into one folder, without reading them yet",
        "put the two latest statements into one folder",
    ),
    ("give this thirty minutes on one evening, with a timer", "gave it thirty minutes with a timer running"),
    (
        "write one sentence about what a good outcome would look like a year from now",
        "wrote one sentence about a good outcome a year from now",
    ),
    (
        "make one phone call with a single question, and note the answer with its date",
        "made one phone call and noted the answer with its date",
    ),
    ("list the dates that cannot move, and only those", "listed the dates that cannot move"),
    (
        "circle the one line in the paperwork that puzzles you most",
        "circled the line in the paperwork that puzzles me most",
    ),
    (
        "ask the person closest to this one open question, and only listen",
        "asked the person closest to this one question and only listened",
    ),
    (
        "put what comes in each month beside what has to go out",
        "put what comes in each month beside what has to go out",
    ),
    (
        "name three things that this money is for, in the order that feels true",
        "named three things this money is for, in order",
    ),
    (
        "sort last month's spending into fixed, flexible and unsure",
        "sorted last month's spending into fixed, flexible and unsure",
    ),
    (
        "draw two columns, known and not known yet, and fill them for ten minutes",
        "drew two columns, known and not known yet",
    ),
    ("decide on one thing that you will not decide this month", "picked one thing that I will not decide this month"),
    (
        "read the first page of the document aloud, and mark each word you do not know",
        "read the first page aloud and marked the words I do not know",
    ),
    ("write the question down the way you would ask a friend", "wrote the question down the way I would ask a friend"),
    ("check one balance, once, and close the page again", "checked one balance, once, and closed the page again"),
    (
        "pick the smallest of the open questions, and answer only that one",
        "picked the smallest open question and answered it",
    ),
    (
        "set a date two weeks from now for the next look, and leave it alone until then",
        "set a date two weeks from now for the next look",
    ),
    (
        "write down what you would tell a close friend in the same place",
        "wrote down what I would tell a close friend in my place",
    ),
    ("mark what is urgent and what is only loud", "marked what is urgent and what is only loud"),
    ("choose one person who may know about this, and tell them one sentence", "told one person one sentence about it"),
    ("copy the three figures that matter most onto a card", "copied the three figures that matter most onto a card"),
    (
        "note the moment in the day when this weighs most, and what you do then",
        "noted when in the day this weighs most",
    ),
    (
        "collect the open letters in one envelope, sorted by date",
        "collected the open letters in one envelope, sorted by date",
    ),
)
REASONS = (
    "It gives the worry a shape, and a shape can be worked with.",
    "The point is not to be finished; the point is to see a little more.",
    "That is enough for now, because one kept step is worth more than five planned ones.",
    "It is small on purpose, so that a hard day cannot stop it.",
    "This way we learn something real before we decide anything.",
    "You can stop there, and it will still have been useful.",
    "I suggest it because facts on paper take up less room than facts in the head.",
    "If it takes ten minutes longer than planned, nothing is lost.",
    "It tells us what to ask next, and that saves you a lot of guessing.",
    "Doing this once makes the second time easier.",
    "There is no grade on it, and nobody else needs to see it.",
    "We choose it because you can undo it at any time.",
)
