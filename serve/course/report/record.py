"""What the report records behind the verdict: photos that were not used, how well it measures, plan, scales, method.

Recorded and told, never judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from scarscore.serve.course.error import LOWER_BOUND
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.plan import Due, brown_marks, checklist, next_photo, next_session, pigment_flags
from scarscore.serve.course.power import needed
from scarscore.serve.course.records import Caution, ErrorSource, MeasurementError, Session, ShotScore
from scarscore.serve.course.report.markup import Content, bullets, day, named, paragraph, section, table, terms
from scarscore.serve.course.words import counted
from scarscore.serve.scoring.quality.checks import flags
from scarscore.serve.scoring.result import DISCLAIMER, HINTS, ModelId, Refusal

METHOD = (
    "A network scores each photo from 0 to 100: how many depressed (atrophic) scars, how deep, over how much skin. "
    "Raised scars, redness and brown marks do not count. Active acne can mislead.",
    "The shots of a view are averaged, and the views pooled by their visible skin. Later photos are laid over those of "
    "the start; one that does not lie on them is not compared.",
    "Photos of the first days after a session are not scored, as swelling and redness mislead, and the days after "
    "those are shown but not counted.",
    "A change is told where it exceeds what photos of unchanged skin differ by (SDC95), and another visit, the trend "
    "or its own size backs it.",
    "The readings that the network learnt from are machine-assisted, not clinical truth, and few photos show dark "
    "skin. docs/evaluation.md of the project tells how well it does on whom.",
)
_SOURCES = {
    ErrorSource.BUNDLE: "the network's own measurement",
    ErrorSource.CLINIC: "this clinic's own measurement",
    ErrorSource.SHOTS: "shots of one visit, which differed by more than usual",
}


def quality_part(measured: Measured) -> str:
    """What became of the photos: how many were used, which were not and why, flags, and what was otherwise."""
    shots = [shot for _, shot in measured.shots]
    scored = sum(isinstance(shot.answer, ShotScore) for shot in shots)
    unscored = sum(shot.answer is None for shot in shots)
    refused = sum(isinstance(shot.answer, Refusal) for shot in shots)
    apart = sum(shot.not_comparable is not None for shot in shots)
    lead = paragraph(
        f"{len(shots)} photos: {scored} scored ({apart} of them not comparable with the start), {refused} refused, "
        f"{unscored} not scored because they were taken too soon after a session."
    )
    rows = list(_not_used(measured))
    not_used = table("Photos that were not used, and what helps", ("Photo", "Why", "What helps"), rows) if rows else ""
    return section("The photos' quality", lead, not_used, bullets(_flags(measured)), _otherwise(measured))


def measurement_part(measured: Measured) -> str:
    """The measurement error with its source, what would detect a smaller change, and published courses as context."""
    baseline, last = measured.verdict.baseline, measured.verdict.last
    errors = dict.fromkeys(view.error for score in measured.scores for view in score.views)
    bound = LOWER_BOUND if any(error.source is ErrorSource.BUNDLE for error in errors) else ""
    return section(
        "How well this measures",
        bullets(error_words(error) for error in errors),
        paragraph(bound) if bound else "",
        bullets(power_words(measured)) if baseline and last else "",
        _expected(measured),
    )


def plan_part(measured: Measured) -> str:
    """Sessions as recorded, what the plan says comes next, cautions, pigment."""
    course, verdict = measured.course, measured.verdict
    pigment = list(filter(None, [brown_marks(course.visits)]))
    if verdict.baseline and verdict.last:
        pigment += pigment_flags(verdict.baseline, verdict.last)
    due = [
        ("Next photos", _due(next_photo(course), measured)),
        ("Next session", _due(next_session(course), measured)),
    ]
    head = ("Session", "Date", "Device", "Depth", "Treatments")
    sessions = table("Sessions as recorded", head, map(_session, course.sessions)) if course.sessions else ""
    cautions = table(
        "Cautions as recorded; none is judged here", ("Caution", "Present", "By"), map(_caution, _asked(measured))
    )
    flags_told = paragraph("Pigment, for the practitioner to look at:") + bullets(pigment) if pigment else ""
    return section("Plan and record", terms(due), sessions, cautions, flags_told)


def method_part(measured: Measured) -> str:
    """How it was measured and by which networks, and what it is not."""
    return section(
        "Method and limits",
        bullets(METHOD),
        terms([*_model("Network", measured.model), *_model("Regions", measured.region_model)]),
        paragraph(DISCLAIMER),
    )


def _not_used(measured: Measured) -> Iterator[list[Content]]:
    for _, shot in measured.shots:
        if isinstance(shot.answer, Refusal):
            yield [shot.photo, f"refused: {named(shot.answer.reason)}", shot.answer.hint]
        elif shot.not_comparable is not None:
            yield [shot.photo, "not comparable with the start", shot.not_comparable]


def _flags(measured: Measured) -> Iterator[str]:
    for _, shot in measured.shots:
        if isinstance(shot.answer, ShotScore):
            for reason in flags(shot.answer.quality):
                yield f"{shot.photo}: scored, but {named(reason)}. {HINTS[reason]}"


def _otherwise(measured: Measured) -> str:
    rows = [
        [match.shot.photo, named(each.name), f"{each.value:g} {each.unit} (limit {each.limit:g})", each.hint]
        for match in measured.matches
        for each in match.differing
    ]
    head = ("Photo", "What differs from the start", "By how much", "What helps")
    if rows:
        return table("Taken otherwise than at the start; this can move a score", head, rows)
    return (
        paragraph("No difference of light, colour, sharpness, distance or pose from the start went beyond its limit.")
        if measured.matches
        else ""
    )


def error_words(error: MeasurementError) -> str:
    """A measurement error, what it means, and whence it comes."""
    where = " and ".join(filter(None, (error.view, error.camera and f"camera {error.camera}")))
    count = f", {error.subjects} subjects with {error.shots} shots each" if error.subjects else ""
    of = f" for {where}" if where else ""
    return (
        f"One photo strays by {error.sem:.1f} points (standard error of measurement){of}; "
        f"between two photos {error.sdc95:.0f} points or more are a change (SDC95). "
        f"Source: {_SOURCES[error.source]}{count}."
    )


def power_words(measured: Measured) -> Iterator[str]:
    """How small a change visits like these find, and what it would take to find ten points; nothing without two."""
    baseline, last = measured.verdict.baseline, measured.verdict.last
    if baseline is None or last is None:
        return
    told = needed(baseline, last)
    yield f"Visits photographed like these find a true change of {told.detected:.0f} points with 80 % probability."
    ways = [
        *([counted(told.shots, "shot") + " of each view at one visit"] if told.shots else []),
        *([counted(told.visits, "visit") + " like the last one, averaged"] if told.visits else []),
    ]
    none = "no number of later photos is enough, as the start was photographed too little"
    yield f"To find a change of {told.target:.0f} points: {' or '.join(ways) or none}."


def _expected(measured: Measured) -> str:
    expected = measured.verdict.expected
    if expected is None:
        return ""
    lead = paragraph(
        f"For context only: courses that went as the published ones did would lie between {expected.low:.0f} and "
        f"{expected.high:.0f} by now. It is no target, and the trials measured with other scales."
    )
    rows = [[trial.name, trial.protocol, trial.result, trial.source] for trial in expected.trials]
    return lead + table("The published courses", ("Study", "What was done", "What came of it", "Source"), rows)


def _due(due: Due | None, measured: Measured) -> str:
    if due is None:
        begun = measured.course.sessions
        return "nothing further is planned" if begun else "the first session is not entered yet"
    if due.date == date.min:
        return due.what
    return f"{day(due.date)}{' (has passed)' if due.date < measured.on else ''}: {due.what}"


def _session(session: Session) -> list[Content]:
    depths = ", ".join(f"{named(depth.region)} {depth.mm:g} mm" for depth in session.depths)
    return [str(session.number), day(session.date), session.device, depths, ", ".join(session.treatments)]


def _asked(measured: Measured) -> Sequence[Caution]:
    return checklist(measured.course.plan.cautions)


def _caution(caution: Caution) -> list[Content]:
    present = {None: "not asked", True: "yes", False: "no"}[caution.present]
    return [caution.name, present, caution.by]


def _model(what: str, model: ModelId) -> list[tuple[str, Content]]:
    return [
        (what, f"{model.name} {model.version}, licence class {model.licence_class}"),
        (f"{what}: SHA-256", model.sha256),
    ]
