"""The few pieces of HTML that the report is made of. Every text is escaped here, and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import cv2

from scarscore.model.preprocess import Pixels

QUALITY = 86  # of embedded JPEGs


@dataclass(frozen=True)
class Markup:
    """Text that is HTML already; everything else is escaped."""

    html: str


Content = str | Markup


def html(content: Content) -> str:
    """The content as HTML."""
    return content.html if isinstance(content, Markup) else escape(content)


def paragraph(content: Content, name: str = "") -> str:
    """A paragraph, perhaps of a class."""
    return f"<p{_class(name)}>{html(content)}</p>"


def bullets(items: Iterable[Content]) -> str:
    """A list; nothing without items."""
    lines = "".join(f"<li>{html(item)}</li>" for item in items)
    return f"<ul>{lines}</ul>" if lines else ""


def terms(pairs: Iterable[tuple[str, Content]]) -> str:
    """Terms and what they are."""
    return f"<dl>{''.join(f'<dt>{escape(term)}</dt><dd>{html(said)}</dd>' for term, said in pairs)}</dl>"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Content]], numbers: Sequence[int] = ()) -> str:
    """A table whose first column names the rows; `numbers` are the columns that are set to the right."""
    heads = "".join(f'<th scope="col"{_right(n, numbers)}>{escape(name)}</th>' for n, name in enumerate(head))
    lines = "".join(f"<tr>{_cells(row, numbers)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption>'
        f"{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def section(title: str, *parts: str) -> str:
    """A section with its heading; nothing where it has no content."""
    body = "\n".join(part for part in parts if part)
    return f"<section><h2>{escape(title)}</h2>\n{body}\n</section>" if body else ""


def picture(pixels: Pixels, told: str) -> str:
    """A picture, uint8 RGB, within the page; `told` says what it shows to who cannot see it."""
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    height, width = pixels.shape[:2]
    source = base64.b64encode(data.tobytes()).decode("ascii")
    return f'<img width="{width}" height="{height}" alt="{escape(told)}" src="data:image/jpeg;base64,{source}">'


def day(when: date) -> str:
    """A date as people write it, short: 3 May 2027."""
    return f"{when.day} {when:%b %Y}"


def named(word: str) -> str:
    """A name with underscores as words."""
    return word.replace("_", " ")


def _cells(row: Sequence[Content], numbers: Sequence[int]) -> str:
    first, *rest = row
    cells = (f"<td{_right(n, numbers)}>{html(cell)}</td>" for n, cell in enumerate(rest, start=1))
    return f'<th scope="row"{_right(0, numbers)}>{html(first)}</th>{"".join(cells)}'


def _right(column: int, numbers: Sequence[int]) -> str:
    return ' class="number"' if column in numbers else ""


def _class(name: str) -> str:
    return f' class="{escape(name)}"' if name else ""
