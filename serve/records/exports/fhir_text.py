"""What a DiagnosticReport says to somebody who reads it: verdict, notes, what it is not, and by which networks."""

from __future__ import annotations

from html import escape

from scarscore.serve.course.measured import Measured
from scarscore.serve.scoring.result import DISCLAIMER, ModelId


def narrative(told: Measured) -> str:
    """The report's text as XHTML; FHIR allows no more than plain elements there."""
    verdict = told.verdict
    notes = "".join(f"<li>{escape(note)}</li>" for note in verdict.notes)
    return (
        '<div xmlns="http://www.w3.org/1999/xhtml">'
        f"<p>{escape(verdict.words)}</p>"
        f"{f'<ul>{notes}</ul>' if notes else ''}"
        f"<p>{escape(DISCLAIMER)}</p>"
        f"<p>Severity: {_network(told.model)}</p><p>Regions: {_network(told.region_model)}</p>"
        "</div>"
    )


def _network(model: ModelId) -> str:
    return escape(f"{model.name} {model.version}, licence class {model.licence_class}, SHA-256 {model.sha256}")
