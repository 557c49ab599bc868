"""The report of a course: one HTML file with everything in it, that needs neither a network nor a script.

Its own policy forbids scripts, frames, forms and everything from elsewhere; styles are those of the page alone.
Colours follow the reader's light or dark setting, and paper. Every text is escaped in `markup.py`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

from scarscore.serve.course.aside import Aside
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.report.markup import day
from scarscore.serve.course.report.record import measurement_part, method_part, plan_part, quality_part
from scarscore.serve.course.report.said import (
    aside_part,
    new_scars_part,
    photos_part,
    regions_part,
    timeline_part,
    verdict_part,
)
from scarscore.serve.course.report.timeline import moments
from scarscore.serve.course.report.trail import scales_part
from scarscore.serve.course.words import counted, sessions_of
from scarscore.serve.scoring.result import DISCLAIMER


def render_page(measured: Measured, aside: Sequence[Aside] = (), *, photos: bool = True) -> str:
    """The whole page as HTML, `aside` the photos that are shown and not counted.

    Without `photos` no picture of the patient is in it.
    """
    text = resources.files("scarscore.serve.course.report").joinpath("page.html").read_text("utf-8")
    told = moments(measured)
    parts = (
        verdict_part(measured),
        timeline_part(measured, told),
        regions_part(told),
        photos_part(measured) if photos else "",
        aside_part(aside) if photos else "",
        new_scars_part(measured),
        quality_part(measured),
        measurement_part(measured),
        plan_part(measured),
        scales_part(measured),
        method_part(measured),
    )
    return Template(text).substitute(
        style_hash=style_hash(text),
        title=escape(f"Acne scars over a course: {measured.course.patient}"),
        subtitle=escape(f"As of {day(measured.on)}. {_counts(measured)}"),
        disclaimer=escape(DISCLAIMER),
        body="\n".join(filter(None, parts)),
    )


def style_hash(text: str) -> str:
    """The SHA-256 of the page's style as a content security policy names it."""
    found = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    style = found[1] if found else ""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")


def _counts(measured: Measured) -> str:
    done = sessions_of(len(measured.course.sessions), measured.course.plan.sessions)
    return f"{done}, {counted(len(measured.course.visits), 'visit')}."
