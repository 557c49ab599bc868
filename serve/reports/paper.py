"""The sheet of paper: size, margins, type and colours, what stands above and below on every page, and plain text.

The fonts lie beside this file, and only the letters that are used go into a report. Right-to-left text is set as its
script wants it. A text is wrapped, never cut; one that holds signs of no font here is not drawn with empty boxes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from itertools import chain
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, TableBordersLayout
from fpdf.fonts import FontFace

from scarscore.serve.records.settings import Size
from scarscore.serve.reports.told import Head
from scarscore.serve.scoring.result import DISCLAIMER, ModelId

Colour = tuple[int, int, int]
INK: Colour = (28, 31, 36)
QUIET: Colour = (92, 99, 109)
RULE: Colour = (214, 218, 223)
WHITE: Colour = (255, 255, 255)
ACCENT: Colour = (31, 95, 168)
TINT: Colour = (190, 210, 233)

FONTS = Path(__file__).parent / "fonts"
FAMILY = "noto"
SCRIPTS = ("Arabic", "Armenian", "Georgian", "Hebrew", "Thai")  # Latin, Greek and Cyrillic are in the family itself
PLAIN = re.compile(r"[\x00-\u02ff\u0370-\u052f\u1e00-\u2bff]*")  # Latin, Greek, Cyrillic, signs: nothing combines
SIDE, TOP, FOOT = 20.0, 14.0, 22.0  # mm: the margins left and right, above and below
RIGHT = 74.0  # mm: what the header gives to the longest pseudonym
TEXT, SMALL, TINY = 9.5, 8.0, 7.0  # pt
_POINT = 25.4 / 72  # mm
_LINE = 1.45  # times the size of the type
logging.getLogger("fpdf").setLevel(logging.CRITICAL)  # it quotes signs without a font, which may be a patient's text


class Paper(FPDF):
    """A report under way. What is drawn goes down the page, and a new page begins where it is full."""

    def __init__(self, head: Head, model: ModelId, size: Size) -> None:
        super().__init__(format=size.value)
        self.head, self.model = head, model
        self._prepare()
        self.set_margins(SIDE, TOP)
        self.c_margin = 0.0  # every text begins exactly where it is told to
        self.set_auto_page_break(auto=True, margin=FOOT)
        self.add_page()

    def _prepare(self) -> None:
        """Fonts, and what the file says of itself. Its date is the report's day, so that its bytes stay the same."""
        self.add_font(FAMILY, "", FONTS / "NotoSans-Regular.ttf")
        self.add_font(FAMILY, "B", FONTS / "NotoSans-Bold.ttf")
        for script in SCRIPTS:
            self.add_font(script, "", FONTS / f"NotoSans{script}-Regular.ttf")
        self.set_fallback_fonts(list(SCRIPTS), exact_match=False)
        self.set_creation_date(datetime.combine(self.head.on, time(), UTC))
        self.set_title(f"{self.head.title}, {self.head.pseudonym}")
        self.set_subject(DISCLAIMER)
        self.set_lang("en-GB")
        self.set_producer("scarscore")

    def header(self) -> None:
        """The clinic, what this is, whose by pseudonym. The rest of the page begins below it, however long it is."""
        self.set_y(TOP)
        self.say(self.head.clinic, SMALL, bold=True, width=self.epw - RIGHT)
        end = self.get_y()
        self.set_y(TOP)
        for text, colour in ((self.head.title, INK), (self.head.pseudonym, QUIET)):
            self.pen(SMALL, colour)
            self.set_x(self.w - SIDE - RIGHT)
            self.cell(RIGHT, self.step(SMALL), text, align=Align.R, new_x="LMARGIN", new_y="NEXT")
        end = max(end, self.get_y()) + 2.0
        self.rule(end, ACCENT, 0.6)
        self.set_top_margin(end + 6.0)
        self.set_xy(SIDE, end + 6.0)

    def footer(self) -> None:
        """That it is no diagnosis, which network measured, and which page of how many this is."""
        top = self.h - FOOT + 5.0
        self.rule(top - 1.5, RULE)
        self.set_xy(SIDE, top)
        self.pen(TINY, bold=True)
        self.cell(self.epw, self.step(TINY), DISCLAIMER)
        self.set_xy(SIDE, top + self.step(TINY))
        self.pen(TINY, QUIET)
        self.cell(self.epw - 24, self.step(TINY), f"Measured by {model_words(self.model)}")
        self.set_x(self.w - SIDE - 17)
        self.cell(17, self.step(TINY), f"Page {self.page_no()} of {{nb}}")

    def pen(self, size: float = TEXT, colour: Colour = INK, *, bold: bool = False, text: str = "") -> None:
        """Write on in this size (pt) and colour; `text` is what will be written, where it may be of any script.

        Letters that stand side by side need no shaping, which takes most of the time.
        """
        self.set_text_shaping(use_shaping_engine=PLAIN.fullmatch(text) is None)
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(colour)

    def step(self, size: float) -> float:
        """The height of a line of this size, in mm."""
        return size * _POINT * _LINE

    def rule(self, y: float, colour: Colour = RULE, width: float = 0.2) -> None:
        """A line from margin to margin."""
        self.set_draw_color(colour)
        self.set_line_width(width)
        self.line(SIDE, y, self.w - SIDE, y)

    def say(
        self,
        text: str,
        size: float = TEXT,
        colour: Colour = INK,
        *,
        bold: bool = False,
        x: float = SIDE,
        width: float = 0,
    ) -> None:
        """A paragraph from `x` on, `width` mm wide (0: to the margin); the next begins below it. Nothing of no text."""
        if not text:
            return
        self.pen(size, colour, bold=bold, text=text)
        self.set_x(x)
        self.multi_cell(width or self.w - SIDE - x, self.step(size), text, align=Align.L, new_x="LMARGIN", new_y="NEXT")

    def height_of(self, text: str, size: float, width: float, *, bold: bool = False) -> float:
        """How high that paragraph would be, in mm."""
        return self.lines_of(text, size, width, bold=bold) * self.step(size)

    def lines_of(self, text: str, size: float, width: float, *, bold: bool = False) -> int:
        """Over how many lines the text would go."""
        self.pen(size, bold=bold, text=text)
        lines = self.multi_cell(
            width, self.step(size), text, align=Align.L, dry_run=True, output=MethodReturnValue.LINES
        )
        assert isinstance(lines, list)
        return len(lines)

    def can_set(self, text: str) -> bool:
        """Whether there is a font here for every sign of the text."""
        known = [font.cmap for font in self.fonts.values() if hasattr(font, "cmap")]
        return all(any(ord(sign) in cmap for cmap in known) for sign in text)

    def need(self, height: float) -> None:
        """Begin a new page where so many mm have no place on this one any more; never leave an empty one behind."""
        if self.get_y() > self.t_margin + 1.0 and self.will_page_break(height):
            self.add_page()

    def heading(self, text: str, room: float = 30.0) -> None:
        """A section's heading, also among the file's bookmarks; never alone at a page's end: `room` mm follow it."""
        self.need(room + 12.0)
        if self.get_y() > self.t_margin + 1.0:
            self.ln(5.0)
        self.start_section(text)
        self.say(text, 12.0, bold=True)
        self.ln(1.5)

    def bullets(self, items: Iterable[str], size: float = TEXT) -> None:
        """A list."""
        for item in items:
            self.need(self.height_of(item, size, self.epw - 5))
            self.set_fill_color(ACCENT)
            self.rect(SIDE + 0.4, self.get_y() + self.step(size) / 2 - 0.45, 0.9, 0.9, style="F")
            self.say(item, size, x=SIDE + 4)
            self.ln(0.8)

    def terms(self, pairs: Iterable[tuple[str, str]], wide: float = 42.0) -> None:
        """Terms on the left, what they are on the right."""
        for term, said in pairs:
            self.need(max(self.height_of(said, TEXT, self.epw - wide), self.height_of(term, TEXT, wide - 3)))
            top = self.get_y()
            self.say(term, TEXT, QUIET, width=wide - 3)
            left = self.get_y()
            self.set_y(top)
            self.say(said, TEXT, x=SIDE + wide)
            self.set_y(max(left, self.get_y()) + 0.6)

    def rows(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], wide: Sequence[float], right: Sequence[int] = ()
    ) -> None:
        """A table. `wide` are the columns' shares of the width, `right` those whose numbers stand to the right."""
        aligned = tuple("RIGHT" if n in right else "LEFT" for n in range(len(head)))
        told = [list(head), *map(list, rows)]
        self.pen(SMALL, text="".join(chain.from_iterable(told)))
        self.set_draw_color(RULE)
        self.set_fill_color(WHITE)  # a table fills its cells with whatever was filled with last
        self.set_line_width(0.2)
        with self.table(
            told, col_widths=tuple(wide), text_align=aligned, v_align="TOP", align="LEFT",
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, line_height=self.step(SMALL),
            padding=(1.0, 3.2, 1.0, 0), headings_style=FontFace(emphasis="B", color=QUIET), width=self.epw,
        ):  # fmt: skip
            pass
        self.ln(2.0)


def model_words(model: ModelId) -> str:
    """A network in one line."""
    return f"{model.name} {model.version}, licence class {model.licence_class}, SHA-256 {model.sha256[:16]}…"
