"""From a clinic's records to what a report is drawn from: consent asked, the export audited, the photos unsealed.

A report is an export. A name stands in it only for care, and unless it is asked for, only while the patient consents
to care. For any other purpose the patient must have consented to it. Photos are opened one by one as the API opens
them; an erased one is gone, and one that cannot be read is told as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from scarscore.serve.course.measured import Measured, Networks
from scarscore.serve.course.records import Shot, ShotScore
from scarscore.serve.course.report.markup import day
from scarscore.serve.course.report.timeline import Moment, moments
from scarscore.serve.course.verdict import as_of, verdict
from scarscore.serve.course.words import place_words
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.consents import Use, has_consent
from scarscore.serve.records.errors import Conflict, Invalid, NotFound, VaultError
from scarscore.serve.records.exports.gather import check_consent, gather
from scarscore.serve.records.find import course_row, patient_row, visit_row
from scarscore.serve.records.patients import patient_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.settings import clinic_name
from scarscore.serve.records.tables import Json
from scarscore.serve.records.verdicts import measured, needs_rescore
from scarscore.serve.reports import told
from scarscore.serve.reports.pictures import heated, printed
from scarscore.serve.scoring.decode import Decoded, decode

SMALL, LARGE = 420, 1_000  # px: the long side of a photo among many, and of one of a visit
TITLES = {"course": "Report of a course", "visit": "Report of a visit"}


@dataclass(frozen=True)
class Asked:
    """What a report is for and what it may hold. `names` of None: the name where the patient consents to care."""

    patient_id: str
    purpose: Use = Use.CARE
    names: bool | None = None
    pictures: bool = True


def course(clinic: Clinic, who: Who, networks: Networks, course_id: str, on: date, asked: Asked) -> told.Course:
    """A course as it stood on a day.

    Raises `NotFound`, also for a course of another patient, `Conflict` without the consent, and as `measured` does.
    """
    name, erased = _let_go(clinic, who, f"course/{course_id}", course_id, on, asked)
    found = measured(clinic, who, networks, course_id, on)
    moved = moments(found)
    photos = [photo for each in moved for photo in _photos(clinic, who, each, None, SMALL, asked)]
    lacking = needs_rescore(clinic, course_id, networks.text, on)
    head = told.Head(clinic_name(clinic), found.course.patient, name, TITLES["course"], on)
    return told.Course(head, found, moved, tuple(photos), asked.pictures, sum(erased.values()), len(lacking))


def visit(clinic: Clinic, who: Who, networks: Networks, visit_id: str, asked: Asked) -> told.Visit:
    """A visit as it stood on its day: what came later says nothing about it. Raises as `course` does."""
    with clinic.database.read() as session:
        row = visit_row(session, visit_id)
    name, erased = _let_go(clinic, who, f"visit/{visit_id}", row.course_id, row.day, asked)
    found = _then(measured(clinic, who, networks, row.course_id, today()), row.day)
    moment = next(each for each in moments(found) if (each.date, each.visit.needling) == (row.day, row.needling))
    photos = tuple(_photos(clinic, who, moment, networks, LARGE, asked))
    lacking = set(needs_rescore(clinic, row.course_id, networks.text, row.day))
    unscored = sum(shot.photo in lacking for shot in moment.visit.shots)
    head = told.Head(clinic_name(clinic), found.course.patient, name, TITLES["visit"], row.day)
    return told.Visit(head, found, moment, photos, asked.pictures, erased.get(visit_id, 0), unscored)


def _then(now: Measured, on: date) -> Measured:
    """The course as it stood on a day, from what is measured now: photos are laid over the start's but once."""
    known = as_of(now.course, on)
    scores = tuple(score for score in now.scores if score.date <= on)
    return replace(now, on=on, course=known, scores=scores, verdict=verdict(known, scores), matches=(), pairs=())


def _let_go(
    clinic: Clinic, who: Who, object_: str, course_id: str, on: date, asked: Asked
) -> tuple[str | None, dict[str, int]]:
    """The export audited: the name, if it may stand in it, and how many photos of each visit up to that day are erased.

    Nothing is audited as exported that the consents forbid.
    """
    detail: Json = {"as": "pdf", "purpose": asked.purpose.value, "photos": asked.pictures}
    with clinic.doing(Deed(who.account, "export", object_, detail)) as session:
        patient = patient_row(session, asked.patient_id)
        if course_row(session, course_id).patient_id != asked.patient_id:
            raise NotFound("there is no such course of this patient here")
        everything = gather(clinic, session, asked.patient_id)
        check_consent(everything, asked.purpose)
        detail["names"] = _may_name(session, asked)
        visits = {each.id: 0 for each in everything.visits if each.course_id == course_id and each.day <= on}
        for each in everything.photos:
            if each.erased is not None and each.visit_id in visits:
                visits[each.visit_id] += 1
        return patient_of(clinic, patient).name if detail["names"] else None, visits


def _may_name(session: Session, asked: Asked) -> bool:
    if asked.purpose is not Use.CARE:
        if asked.names:
            raise Invalid("a name leaves for care alone: leave it out, or ask for care")
        return False
    consents = has_consent(session, asked.patient_id, Use.CARE)
    if asked.names and not consents:
        raise Conflict("this patient has not consented to care, or has withdrawn it: no name leaves")
    return consents and asked.names is not False


def _photos(
    clinic: Clinic, who: Who, moment: Moment, networks: Networks | None, side: int, asked: Asked
) -> Sequence[told.Photo]:
    """The photos of a visit; under their heat maps too where `networks` are given."""
    names = _labels(moment)
    if not asked.pictures:
        return [told.Photo(moment, shot, names[shot.photo], missing="left out") for shot in moment.visit.shots]
    return [_photo(clinic, who, moment, shot, names[shot.photo], networks, side) for shot in moment.visit.shots]


def _photo(
    clinic: Clinic, who: Who, moment: Moment, shot: Shot, label: str, networks: Networks | None, side: int
) -> told.Photo:
    try:
        seen = decode(photo_bytes(clinic, who, shot.photo))
    except NotFound:  # between the verdict and now
        return told.Photo(moment, shot, label, missing="erased")
    except VaultError:
        return told.Photo(moment, shot, label, missing="cannot be read any more")
    if not isinstance(seen, Decoded):
        return told.Photo(moment, shot, label, missing="cannot be read any more")
    told_of = isinstance(shot.answer, ShotScore) and shot.not_comparable is None
    heat = heated(seen.pixels, networks, side) if networks and told_of else None
    return told.Photo(moment, shot, label, printed(seen.pixels, side), heat)


def _labels(moment: Moment) -> dict[str, str]:
    """What each photo of a visit is called: day and view, numbered where a view has several shots."""
    views = [place_words(shot) for shot in moment.visit.shots]
    named = dict[str, str]()
    for n, shot in enumerate(moment.visit.shots):
        number = f" {views[: n + 1].count(views[n])}" if views.count(views[n]) > 1 else ""
        named[shot.photo] = f"{day(moment.date)}, {views[n]}{number}"
    return named
