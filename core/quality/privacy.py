"""Gates on personal data: phone numbers, mail addresses, and numbers of accounts, cards and people.

Numbers and sites that the pack names as referrals are allowed, and so are the emergency numbers; everything else that
looks like a person's data is refused, invented or not: a model would learn to give it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.quality.reading import Reading, at
from core.quality.report import Finding
from core.quality.subject import EMERGENCY_NUMBERS

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_NUMBER = re.compile(
    r"(?<![\w$€£.,-])(?:"
    r"(?P<ssn>\d{3}-\d{2}-\d{4})"
    r"|(?P<phone>(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}|\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12}|555-\d{4})"
    r"|(?P<card>\d(?:[ -]?\d){12,18})"
    r")(?![\w-]|[.,]\d)"
)
_DIGITS = re.compile(r"\d[\d ().-]{5,}\d")  # no number of a person is shorter; most messages hold none
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")


def personal_data(reading: Reading) -> Iterator[Finding]:
    """Nothing that could belong to a person, but for the pack's referrals and emergency numbers."""
    allowed = {_national(contact) for contact in reading.subject.rules.referral_contacts} | EMERGENCY_NUMBERS
    for message in reading.messages:
        for what, span in _personal(message.text, allowed):
            yield at(
                message,
                "personal_data",
                "gate",
                f"The message holds {what}.",
                "Take it out; referrals come from the pack.",
                span,
            )


def _personal(text: str, allowed: set[str] | frozenset[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    if "@" in text:
        for match in _MAIL.finditer(text):
            if match.group().lower() not in allowed:
                yield "a mail address", match.span()
    for match in _NUMBER.finditer(text) if _DIGITS.search(text) else ():
        digits = re.sub(r"\D", "", match.group())
        if match.lastgroup == "ssn":
            yield "a social security number", match.span()
        elif match.lastgroup == "phone" and _national(digits) not in allowed:
            yield "a phone number", match.span()
        elif match.lastgroup == "card" and _luhn(digits):
            yield "a card number", match.span()
    for match in _IBAN.finditer(text):
        if _iban(match.group().replace(" ", "")):
            yield "an account number (IBAN)", match.span()


def _national(digits: str) -> str:
    """A number without the country code 1, so that 1-800 and 800 are the same."""
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _luhn(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban(code: str) -> bool:
    if not 15 <= len(code) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1
