"""Reads plans from tables that people keep: any delimiter, headings of their own mapped to ours, words of the pack.

`Planner.add_rows` and the import of CSV files call it. Pure: every refusal names file, line and column, and what could
stand there; nothing is guessed beyond case, spaces and the names that the pack itself gives.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from core.errors import PackError
from core.pack.consistency import DIMENSIONS
from core.pack.files import PlanRow

MAX_ROWS = 100_000
DELIMITERS = (",", ";", "\t", "|")
NOTHING = "Mend the line; nothing was added."
_DERIVED = ("number", "conversation_id")  # a table of one's own need not know ours
_FROM_ARC = ("starting_emotion", "starting_intensity", "ending_emotion", "ending_intensity", "turns")
_NUMBERS = ("starting_intensity", "ending_intensity", "turns", "number")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
_LONGEST = 4_000
_SHARE = "it is a figure from 0 to 1"
_WORDS = f"it is a text of at most {_LONGEST:,} characters"
_WANTED = dict.fromkeys(PlanRow.model_fields, _WORDS) | {
    "number": "it is a whole number from 1 to 2,147,483,647",
    "conversation_id": "letters, digits, _ and - only, up to 100, and a letter or digit first",
    "tier": "it is one of template, scenario, edge_case, seed",
    "turns": "it is a whole number from 1 to 20",
    "starting_intensity": _SHARE,
    "ending_intensity": _SHARE,
}
_DECIMAL_COMMA = re.compile(r"\d*,\d+")


@dataclass(frozen=True)
class Words:
    """What a plan may name: definitions of the pack by key, and what the database holds already."""

    personas: Mapping[str, str]  # key -> name
    taxonomy: Mapping[str, Sequence[Mapping[str, Any]]]
    arcs: Mapping[str, Mapping[str, Any]]
    scenarios: Mapping[str, Mapping[str, Any]]
    edge_cases: Mapping[str, Mapping[str, Any]]
    id_prefix: str = ""
    numbers: set[int] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    coming: Mapping[str, str] = field(default_factory=dict)  # what former files bring: ids, and numbers as `#901`
    highest: dict[str, int] = field(default_factory=dict)  # of numbers, and of ids by their stem, once asked for


def columns_of(mappings: Iterable[str]) -> dict[str, str]:
    """The heading -> column of `Client=persona` and the like; an empty column means that the heading is ignored.

    Raises PackError for what is no such pair, or names no column of a plan.
    """
    found: dict[str, str] = {}
    for mapping in mappings:
        heading, equals, column = mapping.rpartition("=")
        column = plain_key(column)
        if not equals or not heading.strip():
            raise PackError(f"--map {mapping!r} is no mapping.", 'Write it as "Heading=column".')
        if column and column not in PlanRow.model_fields:
            raise PackError(
                f"--map {mapping!r}: a plan has no column {column!r}.", near_words(column, PlanRow.model_fields)
            )
        found[heading.strip().casefold()] = column
    return found


def read_table(text: str, name: str, words: Words, columns: Mapping[str, str] | None = None) -> list[PlanRow]:
    """The plan rows of a table. Raises PackError naming file, line and column of the first thing that is wrong."""
    reader = _reader(text)
    rows: list[PlanRow] = []
    lines: dict[object, int] = {}
    numbers = words.numbers | {int(key[1:]) for key in words.coming if key.startswith("#")}
    taken = Words(**{**vars(words), "numbers": numbers, "ids": {*words.ids, *words.coming}, "highest": {}})
    line = 0
    try:
        heading = _heading(reader)
        line = reader.line_num
        fields = _fields(heading, name, columns or {})
        for cells in reader:
            start, line = line + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                raise PackError(
                    f"{name}, line {start}: it has {len(cells)} fields, the heading has {len(heading)}.", NOTHING
                )
            record = {column: cell.strip() for column, cell in zip(fields, cells, strict=True) if column}
            row = checked_row(record, f"{name}, line {start}", taken)
            for column in _DERIVED:
                key = getattr(row, column)
                if key in lines:
                    raise PackError(
                        f"{name}, line {start}, {column}: {key} stands already on line {lines[key]}.",
                        "Ids and numbers are unique.",
                    )
                former = words.coming.get(f"#{key}" if column == "number" else key)
                if former:
                    raise PackError(f"{name}, line {start}, {column}: {key} comes with {former} already.", NOTHING)
                if key in words.numbers or key in words.ids:
                    raise PackError(f"{name}, line {start}, {column}: {key} is in the plan already.", NOTHING)
                lines[key] = start
            taken.numbers.add(row.number)
            taken.ids.add(row.conversation_id)
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise PackError(f"{name} has more than {MAX_ROWS:,} rows.", "Split it into several files.")
    except csv.Error as error:
        raise PackError(f"{name}, line {line + 1}: {_csv_sentence(error)}.", NOTHING) from error
    if not rows:
        raise PackError(f"{name} has a heading but no rows.", "There is nothing to add.")
    return rows


def headings(text: str, columns: Mapping[str, str] | None = None) -> list[tuple[str, str | None]]:
    """Each heading of a table with the column that it is read as: empty where it is ignored, None where nobody knows.

    For showing a table whose rows cannot be read yet; what is no table has none.
    """
    try:
        heading = _heading(_reader(text))
    except csv.Error:
        return []
    return [(title, _column_of(title, columns or {})) for title in heading]


def _reader(text: str) -> Any:
    stated = _SEPARATOR_LINE.match(text)
    body = io.StringIO(text, newline="")
    return csv.reader(body, delimiter=stated[1] if stated else delimiter_of(text), strict=True)


def _heading(reader: Any) -> list[str]:
    """The first line that says something; a line `sep=;` in front is for workbooks."""
    for number, cells in enumerate(reader):
        stated = not number and len(cells) == 2 and cells[0].strip().lower() == "sep=" and not cells[1]
        if any(cell.strip() for cell in cells) and not stated:
            return list(cells)
    return []


def delimiter_of(text: str) -> str:
    """The one that separates most headings; quoted headings count as one."""
    heading = re.sub(r'"[^"]*"', "", text[:65536].lstrip("\r\n").partition("\n")[0])
    return max(DELIMITERS, key=heading.count)


def _csv_sentence(error: csv.Error) -> str:
    """What the parser says, as a person understands it."""
    said = str(error)
    if "unexpected end of data" in said:
        return "a quotation mark is opened in this line and never closed"
    if "field larger" in said:
        return f"a field has more than {csv.field_size_limit():,} characters (is a quotation mark missing?)"
    if "expected after" in said:
        return "something stands behind a closing quotation mark (one within a field is written twice)"
    return "it cannot be told where the fields of this line end"


def _column_of(title: str, columns: Mapping[str, str]) -> str | None:
    """The column that a heading means; None when there is none of that name."""
    column = columns.get(title.strip().casefold(), plain_key(title))
    return column if not column or column in PlanRow.model_fields else None


def _fields(heading: Sequence[str], name: str, columns: Mapping[str, str]) -> list[str]:
    """For each heading the column it means, empty for one to be ignored."""
    unused = [mapped for mapped in columns if mapped not in {title.strip().casefold() for title in heading}]
    if unused:
        raise PackError(f"{name} has no heading {unused[0]!r}.", f"It has: {', '.join(heading)[:300]}.")
    fields: list[str] = []
    for title in heading:
        column = _column_of(title, columns)
        if column is None:
            raise PackError(
                f"{name}, line 1: there is no column {title.strip()[:60]!r}.",
                f'Map it (--map "{title.strip()[:60]}=column"), or leave it out (--map "{title.strip()[:60]}="). '
                f"Columns: {', '.join(PlanRow.model_fields)}.",
            )
        if column and column in fields:
            raise PackError(f"{name}, line 1: two headings mean the column {column}.", "Map one of them to nothing.")
        fields.append(column)
    required = [key for key, spec in PlanRow.model_fields.items() if spec.is_required() and key not in _DERIVED]
    missing = [key for key in required if key not in fields and not (key in _FROM_ARC and "arc" in fields)]
    if missing:
        raise PackError(
            f"{name}, line 1: it lacks the column {missing[0]}.",
            f'A plan needs: {", ".join(required)}. A heading of another name: --map "Heading={missing[0]}".',
        )
    return fields


def checked_row(record: dict[str, str], place: str, words: Words) -> PlanRow:
    """A row held to the words of the pack, with what the arc, the numbers and the ids say of it filled in.

    Raises PackError naming place and column.
    """
    for column, value in record.items():
        if len(value) > _LONGEST:
            raise PackError(f"{place}, {column}: it has {len(value):,} characters; {_WORDS}.", NOTHING)
    record["persona"] = _persona(record.get("persona", ""), f"{place}, persona", words)
    record["tier"] = plain_key(record["tier"])
    for column, kind in DIMENSIONS.items():
        if record.get(column):
            names = {str(entry.get("key")): str(entry.get("name", "")) for entry in words.taxonomy.get(kind, ())}
            record[column] = _known(record[column], names, f"{place}, {column}", kind.replace("_", " "))
    for column, definitions, label in (
        ("arc", words.arcs, "name"),
        ("scenario", words.scenarios, "title"),
        ("edge_case", words.edge_cases, "title"),
    ):
        if record.get(column) and not (column == "arc" and record["tier"] == "seed"):
            names = {key: str(entry.get(label, "")) for key, entry in definitions.items()}
            record[column] = _known(record[column], names, f"{place}, {column}", f"{column.replace('_', ' ')}s")
    _fill_from_arc(record, words.arcs.get(record.get("arc", "")))
    for column in _NUMBERS:
        if _DECIMAL_COMMA.fullmatch(record.get(column, "")):
            record[column] = record[column].replace(",", ".")
    record["number"] = record.get("number") or _free_number(words)
    record["conversation_id"] = record.get("conversation_id") or _free_id(record["persona"], words)
    try:
        return PlanRow.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0])
        value = record.get(column, "")
        what = f"{value[:60]!r} is wrong: {_WANTED[column]}" if value else "it is empty"
        raise PackError(f"{place}, {column}: {what}.", NOTHING) from error
    except (ValueError, OverflowError) as error:  # digits beyond what a number can have
        raise PackError(f"{place}: a number is too large.", NOTHING) from error


def _fill_from_arc(record: dict[str, str], arc: Mapping[str, Any] | None) -> None:
    """What the table leaves open and the arc states: both emotions, the middle of their ranges, the usual turns."""
    if arc is None:
        return
    for side, end in (("starting", "start"), ("ending", "end")):
        low, high = arc.get(f"{end}_intensity_min"), arc.get(f"{end}_intensity_max")
        if not record.get(f"{side}_emotion"):
            record[f"{side}_emotion"] = str(arc.get(f"{end}_emotion") or "")
        if not record.get(f"{side}_intensity") and low is not None and high is not None:
            record[f"{side}_intensity"] = str(round((low + high) / 2, 2))
    if not record.get("turns") and arc.get("typical_turns_max"):
        record["turns"] = str(arc["typical_turns_max"])


def _persona(value: str, place: str, words: Words) -> str:
    if not value or plain_key(value) == "mixed":
        return "Mixed"
    first_names = {name.split()[0].casefold(): key for key, name in words.personas.items() if name.split()}
    if value.casefold() in first_names:
        return first_names[value.casefold()]
    return _known(value, dict(words.personas), place, "personas")


def _known(value: str, names: Mapping[str, str], place: str, kind: str) -> str:
    """The key that a value means, by key or by name, whatever its case. Raises PackError naming the known ones."""
    plain = plain_key(value)
    if plain in names or not names:
        return plain
    for key, name in names.items():
        if name and plain_key(name) == plain:
            return key
    raise PackError(
        f"{place}: {value[:60]!r} is not among the {kind}.", f"{near_words(plain, names)} Nothing was added."
    )


def _free_number(words: Words) -> str:
    if "" not in words.highest:
        words.highest[""] = max(words.numbers, default=0)
    words.highest[""] += 1
    return str(words.highest[""])


def _free_id(persona: str, words: Words) -> str:
    stem = "_".join(part for part in (words.id_prefix, plain_key(persona)) if part)
    if stem not in words.highest:
        used = (re.fullmatch(rf"{re.escape(stem)}_(\d{{1,9}})", taken) for taken in words.ids)
        words.highest[stem] = max((int(match[1]) for match in used if match), default=0)
    words.highest[stem] += 1
    return f"{stem}_{words.highest[stem]:03}"


def plain_key(value: str) -> str:
    """`Cautious hope`, `cautious-hope` and `CAUTIOUS_HOPE` are `cautious_hope`."""
    return "_".join(re.split(r"[\s_-]+", value.strip().lower())).strip("_")


def near_words(value: str, known: Iterable[str]) -> str:
    """A hint: all known words when they are few, else the most similar."""
    words = [str(word) for word in known]
    near = words if len(words) <= 14 else difflib.get_close_matches(value, words, 6, 0.5)
    if near:
        return f"Known: {', '.join(near)}{'' if len(near) == len(words) else ' …'}."
    return f"Known: {', '.join(words[:14])} …"
