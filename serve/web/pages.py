"""Makes pages of the templates beside this file. Whatever is put into one is escaped; no page holds script or style.

A page of the clinic has a frame (its name, who is signed in, the ways to the other pages); a part of a page is a
template of its own, `_*.html`, which HTMX takes again where something has changed.
"""

from __future__ import annotations

from pathlib import Path

import segno
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.settings import clinic_name
from scarscore.serve.scoring.result import DISCLAIMER

HERE = Path(__file__).resolve().parent
STATIC = {path.name: path for path in sorted((HERE / "static").iterdir()) if path.is_file()}
_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(name: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page of that template, or the part of one."""
    return HTMLResponse(_TEMPLATES.get_template(f"{name}.html").render(disclaimer=DISCLAIMER, **values), status)


def clinic_page(clinic: Clinic, who: Who, name: str, here: str, **values: object) -> HTMLResponse:
    """The page of that template within the clinic's frame. `here` is the way of the frame that is marked as taken."""
    return part(who, name, clinic=clinic_name(clinic), here=here, **values)


def part(who: Who, name: str, **values: object) -> HTMLResponse:
    """A part of a page, for somebody who is signed in.

    Templates know `who`, `may_write` and `is_admin` (what is offered; what is allowed, the API decides) and `today`.
    """
    may = {"may_write": who.may(Role.PRACTITIONER), "is_admin": who.may(Role.ADMIN)}
    return page(name, 200, who=who, today=today(), **may, **values)


def qr_code(address: str) -> Markup:
    """A picture that a tablet's camera reads as that web address: dark on white in every theme, as cameras want it."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - of squares alone
