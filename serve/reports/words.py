"""The report's own sentences about a number: what each of its two uncertainties means, and what became of a photo."""

from __future__ import annotations

from scarscore.serve.course.error import SURE, error_for
from scarscore.serve.course.records import Course, MeasurementError, Shot, ShotScore
from scarscore.serve.course.report.markup import named
from scarscore.serve.course.report.timeline import Mark, Moment
from scarscore.serve.course.words import counted
from scarscore.serve.scoring.result import Refusal


def counting(moment: Moment) -> tuple[ShotScore, ...]:
    """The answers of a visit that entered its severity."""
    used = {photo for view in (moment.score.views if moment.score else ()) for photo in view.used}
    answers = (shot.answer for shot in moment.visit.shots if shot.photo in used)
    return tuple(answer for answer in answers if isinstance(answer, ShotScore))


def reading_of(moment: Moment) -> tuple[float, float] | None:
    """Between which severities the reference readings of a visit's photos lie; None where there is no severity.

    Of several photos it is what their intervals span together: one interval of the whole visit was never calibrated.
    """
    answers = counting(moment)
    if not answers:
        return None
    return min(answer.low for answer in answers), max(answer.high for answer in answers)


def reading_words(moment: Moment) -> str:
    """The reading interval in one line."""
    found, photos = reading_of(moment), len(counting(moment))
    if found is None:
        return ""
    where = f"Reading interval {found[0]:.0f} to {found[1]:.0f}: "
    if photos == 1:
        return f"{where}a reference reading of this photo lies in it with 90 % probability."
    return f"{where}it spans the intervals of {photos} photos, each of which holds its reading with 90 % probability."


def error_line(sem: float) -> str:
    """The measurement error in one line."""
    return (
        f"Measurement error ± {SURE * sem:.0f} (95 %): so far the number strays when the same, unchanged skin is "
        "photographed again."
    )


def became(moment: Moment) -> str:
    """What became of a visit, with the reason where it does not count."""
    refused = [named(shot.answer.reason) for shot in moment.visit.shots if isinstance(shot.answer, Refusal)]
    apart = sum(shot.not_comparable is not None for shot in moment.visit.shots)
    why = [
        *([moment.words] if moment.words else []),
        *([f"{counted(len(refused), 'photo')} refused ({', '.join(dict.fromkeys(refused))})"] if refused else []),
        *([f"{counted(apart, 'photo')} not comparable with the start"] if apart else []),
    ]
    return "; ".join((moment.became, *why))


def sentence(words: str) -> str:
    """The words with a capital."""
    return words[:1].upper() + words[1:]


def since(moment: Moment) -> str:
    """Where in the course a visit lies."""
    if moment.days is None:
        return "before the first session"
    return f"{counted(moment.days, 'day')} after session {moment.sessions}"


def error_of(course: Course, shot: Shot, model: str) -> MeasurementError:
    """How far one shot strays."""
    return error_for(shot.view, shot.camera, model, course.clinic.errors)


def photo_words(course: Course, moment: Moment, shot: Shot) -> str:
    """What is said of a photo: its severity with both uncertainties, or why it has none."""
    answer = shot.answer
    if isinstance(answer, Refusal):
        return f"Refused, {named(answer.reason)}: {answer.hint}"
    if moment.mark is Mark.NOT_SCORED:
        return sentence(moment.words)
    if answer is None:
        return "Not scored by this network"
    if shot.not_comparable is not None:
        return f"Not comparable with the start: {shot.not_comparable}"
    reach = SURE * error_of(course, shot, answer.model).sem
    return f"{answer.severity:.0f} (reading {answer.low:.0f} to {answer.high:.0f}, error ± {reach:.0f})"
