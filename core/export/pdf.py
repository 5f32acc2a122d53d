"""PDF: one conversation on paper, for people without a terminal. Needs no font of the machine: DejaVu Sans comes along.

A character that the font does not have is written out as [U+1F600], never dropped. The same conversation always gives
the same bytes, so that hashes of two exports can be compared.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.export.reading_form import Document

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).with_name("fonts")
_INK, _FAINT, _ACCENT = (30, 30, 30), (110, 110, 110), (0, 90, 120)
_LINE, _SMALL = 5.2, 4.4  # millimetres
_PAGES = "\ue000\ue000"  # where the number of pages comes in: nobody's text has it, because the font does not


def pages_of(document: Document) -> bytes:
    """The conversation as the bytes of a PDF file."""
    pdf = _empty(document.title)
    _write(pdf, document.title, 15, 7.5, bold=True)
    pdf.ln(1)
    if document.simulated:
        _write(pdf, "Practice result, written by the simulator: not for training.", 9, _SMALL, ink=(160, 60, 0))
    for name, value in document.facts:
        _write(pdf, f"{name}: {value}", 8.5, _SMALL, ink=_FAINT)
    for turn in document.exchanges:
        pdf.ln(4)
        _write(pdf, f"Turn {turn.number}", 11, 6, bold=True, ink=_ACCENT)
        for note in turn.notes:
            _write(pdf, note, 8.5, _SMALL, ink=_FAINT)
        for who, text in ((document.client, turn.user), (document.advisor, turn.advisor)):
            pdf.ln(1.5)
            _write(pdf, who, 9.5, _LINE, bold=True)
            _write(pdf, text, 10, _LINE)
    return bytes(pdf.output())


def problems(raw: bytes) -> list[str]:
    """What keeps bytes from being a whole PDF file."""
    if not raw.startswith(b"%PDF-"):
        return ["it is no PDF"]
    return [] if raw.rstrip().endswith(b"%%EOF") and b"startxref" in raw[-2048:] else ["its end is missing"]


def shown(text: str) -> str:
    """The text with every character that the font lacks written out."""
    if text.isascii():
        return text
    known = _known()
    return "".join(c if ord(c) in known or c in "\n\t" else f"[U+{ord(c):04X}]" for c in text)


def _empty(title: str) -> FPDF:
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("DejaVu", size=8)
            self.set_text_color(*_FAINT)
            self.cell(0, 6, f"{self.page_no()} / {_PAGES}", align="C")

    pdf = Paper(format="A4")
    pdf.alias_nb_pages(_PAGES)
    pdf.set_margins(20, 18, 20)
    pdf.set_auto_page_break(True, margin=18)
    pdf.add_font("DejaVu", "", FONTS / "DejaVuSans.ttf")
    pdf.add_font("DejaVu", "B", FONTS / "DejaVuSans-Bold.ttf")
    pdf.set_title(shown(title))
    pdf.set_creator("brightrun")
    pdf.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))  # the manifest has the real one
    pdf.add_page()
    return pdf


def _write(
    pdf: Any, text: str, size: float, height: float, *, bold: bool = False, ink: tuple[int, int, int] = _INK
) -> None:
    pdf.set_font("DejaVu", style="B" if bold else "", size=size)
    pdf.set_text_color(*ink)
    pdf.multi_cell(0, height, shown(text), align="L", new_x="LMARGIN", new_y="NEXT", wrapmode="WORD")


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """The characters that both cuts of the font have."""
    from fontTools.ttLib import TTFont

    found: list[frozenset[int]] = []
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        with TTFont(FONTS / name, lazy=True) as font:
            found.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*found)
