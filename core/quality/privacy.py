"""Gates on personal data: phone numbers, mail and postal addresses, and numbers of accounts, cards and people.

Numbers and sites that the pack names as referrals are allowed, and so are the emergency numbers; everything else that
looks like a person's data is refused, invented or not: a model would learn to give it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from core.quality.reading import Message, Reading, at
from core.quality.report import Finding
from core.quality.subject import EMERGENCY_NUMBERS, contact_tokens

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_SPELLED_MAIL = re.compile(
    r"\b[\w.+-]{2,40} ?(?:\(at\)|\[at\]| at ) ?[\w-]{2,40} ?(?:\(dot\)|\[dot\]| dot ) ?(?:com|org|net|edu|gov|io"
    r"|co|me|uk|info)\b",
    re.IGNORECASE,
)
_SEP = r"[-. \u2010-\u2014\u00a0\u202f/]"
_NUMBER = re.compile(
    r"(?<![\w$€£.,+-])(?:"
    rf"(?P<ssn>\d{{3}}{_SEP}\d{{2}}{_SEP}\d{{4}})"
    rf"|(?P<phone>(?:\+?1{_SEP}{{0,2}})?(?:\(\d{{3}}\) ?|\d{{3}}{_SEP}{{1,2}})\d{{3}}{_SEP}{{1,2}}\d{{4}}|(?:\+"
    rf"|00)\d{{1,3}}[ -]?(?:\(0\) ?)?\d(?:[ ./-]?\d){{6,12}}"
    rf"|555-\d{{4}}|0\d{{2,4}}[ -]\d{{3,4}}[ -]?\d{{3,4}}|1?[2-9]\d{{2}}[2-9]\d{{6}})"
    r"|(?P<card>\d(?:[ -]?\d){12,18})"
    r"|(?P<bare>\d{9})"
    r"|(?P<long>\d{8}|\d{10,17})"
    r")(?![\w-]|[.,]\d)"
)
_DIGITS = re.compile(r"\d[\d ().\u2010-\u2014\u00a0\u202f/-]{5,}\d")  # no number of a person is shorter
_DIGIT_WORDS = frozenset({"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"})
_LEAST_DIGITS = 7  # words, in a number that is spelled out
_DIGIT_WORD = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double (?:one|two|three|four|five|six|seven|eight"
    r"|nine|oh))"
)
_SPELLED = re.compile(rf"\b(?:{_DIGIT_WORD}[ ,.-]+){{6,}}{_DIGIT_WORD}\b", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"\b(?:account|acct|routing|member|policy|card|passport|license|licence|id|iban|number|no|ssn"
    r"|social)\b[^.!?\n]{0,30}$",
    re.IGNORECASE,
)
_STREETS = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Place|Pl|Way|Terrace|Ter|Circle|Cir"
    r"|Parkway|Pkwy"
    r"|Highway|Hwy|Trail|Trl|Square|Sq|Loop|Alley|Crescent|Pike|Row|Run|Path|Crossing|Plaza)"
)
_STATES = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY]"
    r"|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    r"|Illinois|Indiana|Iowa"
    r"|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    r"|Nebraska|Nevada"
    r"|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania"
    r"|Rhode Island"
    r"|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming)"
)
_ADDRESS = re.compile(
    rf"(?<![\w$.,#-])\d{{1,5}}[A-Z]?(?:-\d+)? (?:(?:North|South|East|West|N|S|E|W|NE|NW|SE"
    rf"|SW)\.? )?(?:(?:[A-Z][\w'’.-]+|\d{{1,3}}(?:st|nd|rd|th)|of"
    rf"|the|[Oo]ld) ){{1,4}}?{_STREETS}\b(?!['’]s| (?:of|to)\b)(?:,? (?:[Aa]pt|[Aa]partment|[Uu]nit|[Ss]uite|[Ss]te"
    r"|#)\.? ?#?\w+)?"
    rf"|\bP\.? ?O\.? ?Box \d+|\b[A-Z][\w.]+(?: [A-Z][\w.]+)?,? {_STATES},? \d{{5}}(?:-\d{{4}})?\b"
    r"|(?i:\b(?:i live|we live|my (?:home )?address is|lives?|living|reach me|mail (?:it|me)|send (?:it|them)) (?:at"
    r"|to) )(?!\d+ ?%)\d{1,5} "
    r"[A-Za-z][\w'’]+(?: [A-Za-z][\w'’]+)?(?: (?i:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court"
    r"|ct|place|way|circle))\b"
)
_OF_ADDRESSES = (
    frozenset(_STREETS.strip("(?:)").lower().split("|"))
    | {"box", "apt", "live", "address"}
    | frozenset(_STATES.strip("(?:)").lower().split("|"))
)
_POSTAL = "a postal address"
_NUMBERED = re.compile(r"\d [A-Za-z]|[Bb]ox \d|[A-Za-z],? \d{5}")
_COUNTRY = re.compile(r"\d\d(?<=[A-Za-z]{2}\d\d)")  # how an IBAN begins: digits are few, so it is sought from there
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,4})?\b")


def personal_data(reading: Reading) -> Iterator[Finding]:
    """Nothing that could belong to a person, but for the pack's referrals and emergency numbers."""

    @cache
    def allowed() -> set[str]:
        subject = reading.subject
        named = {token for entry in subject.referrals for token in contact_tokens(str(entry.get("contact", "")))}
        return {_national(contact) for contact in named | subject.rules.referral_contacts} | EMERGENCY_NUMBERS

    for message in reading.messages:
        for what, span in _personal(message, allowed):
            yield at(
                message,
                "personal_data",
                "warning" if what == _POSTAL else "gate",  # a street may be that of an office or of a house for sale
                f"The message holds {what}.",
                "Take it out; referrals come from the pack.",
                span,
            )


def _personal(message: Message, allowed: Callable[[], set[str]]) -> Iterator[tuple[str, tuple[int, int]]]:
    text = message.text
    if "@" in text:
        for match in _MAIL.finditer(text):
            if match.group().lower() not in allowed():
                yield "a mail address", match.span()
    if "dot" in message.vocabulary and (" at " in message.lower or "at)" in message.lower or "at]" in message.lower):
        for match in _SPELLED_MAIL.finditer(text):
            yield "a mail address", match.span()
    for match in _NUMBER.finditer(text) if message.has_digits and _DIGITS.search(text) else ():
        digits = re.sub(r"\D", "", match.group())
        if match.lastgroup == "ssn":
            yield "a social security number", match.span()
        elif match.lastgroup == "phone" and _national(digits) not in allowed():
            yield "a phone number", match.span()
        elif match.lastgroup == "card" and _luhn(digits):
            yield "a card number", match.span()
        elif match.lastgroup == "bare" and digits not in allowed():
            yield "a number of nine digits, as social security and routing numbers have", match.span()
        elif match.lastgroup in ("card", "long") and _ACCOUNT.search(text[: match.start()][-60:]):
            yield "an account number", match.span()
    if message.has_digits and _NUMBERED.search(text) and not message.vocabulary.isdisjoint(_OF_ADDRESSES):
        for match in _ADDRESS.finditer(text):
            yield _POSTAL, match.span()
    is_spelled = sum(message.counted[word] for word in _DIGIT_WORDS & message.vocabulary) >= _LEAST_DIGITS
    for match in _SPELLED.finditer(text) if is_spelled else ():
        yield "a number spelled out digit by digit", match.span()
    for match in _IBAN.finditer(text) if message.has_digits and _COUNTRY.search(text) else ():
        if _iban(re.sub(r"[ -]", "", match.group()).upper()):
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
