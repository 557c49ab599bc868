"""Makes pages of the templates beside this file. Whatever is put into one is escaped; no page holds script or style."""

from __future__ import annotations

from pathlib import Path

import segno
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scarscore.serve.scoring.result import DISCLAIMER

HERE = Path(__file__).resolve().parent
STATIC = {path.name: path for path in sorted((HERE / "static").iterdir()) if path.is_file()}
_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(name: str, **values: object) -> HTMLResponse:
    """The page of that template."""
    return HTMLResponse(_TEMPLATES.get_template(f"{name}.html").render(disclaimer=DISCLAIMER, **values))


def qr_code(address: str) -> Markup:
    """A picture that a tablet's camera reads as that web address: dark on white in every theme, as cameras want it."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - of squares alone
