"""One visit in numbers: its severity, what the network proposes to the scales, and the scales' answers.

The numbers are the course's (`verdicts.py`), so that a visit reads the same on its own page as on the timeline. What
the network proposes costs a look at each photo, and is kept in memory under a digest of the photos and their answers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from scarscore.serve.course.measured import Networks
from scarscore.serve.course.proposals import Seen, with_proposals
from scarscore.serve.course.records import MODEL, Course, Finding, Needling, Shot, Timing, Visit, VisitScore
from scarscore.serve.course.report.trail import scales_of
from scarscore.serve.course.scales.answer import Scale
from scarscore.serve.course.timing import Timed
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.errors import NotFound, VaultError
from scarscore.serve.records.find import photo_row, visit_row
from scarscore.serve.records.history import course_of, needling_of, when_of
from scarscore.serve.records.memory import Memory
from scarscore.serve.records.people import Who
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.records.verdicts import measured
from scarscore.serve.scoring.decode import Decoded, decode

KEPT = 64  # visits, a dozen numbers each
CACHE: Memory[tuple[Finding, ...]] = Memory(KEPT)


@dataclass(frozen=True)
class Reading:
    """A visit as the course's answer has it.

    `visit` holds the shots (with `not_comparable`) and the findings, the network's first; `score` is None where no
    photo counts. `scales` are those that something was told of.
    """

    when: Timed
    visit: Visit
    score: VisitScore | None
    scales: tuple[Scale, ...]


def reading(clinic: Clinic, who: Who, networks: Networks, visit_id: str) -> Reading:
    """The visit in numbers, as of today. Raises `NotFound`, and `Conflict` where the records contradict themselves."""
    with clinic.doing(Deed(who.account, "read", f"visit/{visit_id}", {"what": "scales"})) as session:
        row = visit_row(session, visit_id)
        when, wanted = when_of(session, row), (row.day, needling_of(row))
        if when.timing is Timing.NOT_SCORED:  # nothing is to be computed of its photos
            found = _of(course_of(session, row.course_id, networks.text), wanted)
            return Reading(when, found, None, tuple(scales_of(found)))
    told = measured(clinic, who, networks, row.course_id, today())
    visit = _of(told.course, wanted)
    score = next((each for each in told.scores if each.date == visit.date), None)
    known = tuple(finding for finding in visit.findings if finding.by == MODEL)  # at the start and the last visit
    full = visit if known else replace(
        visit, findings=(*_proposed(clinic, who, networks, told.course, visit), *visit.findings)
    )  # fmt: skip
    return Reading(when, full, score, tuple(scales_of(full)))


def _of(course: Course, wanted: tuple[date, Needling | None]) -> Visit:
    found = next((each for each in course.visits if (each.date, each.needling) == wanted), None)
    if found is None:
        raise NotFound("this visit was taken back")
    return found


def _proposed(clinic: Clinic, who: Who, networks: Networks, course: Course, visit: Visit) -> tuple[Finding, ...]:
    """What the network proposes at this visit; nothing where its photos do not count."""
    alone = replace(course, visits=(replace(visit, findings=()),))
    digest = hashlib.sha256(repr((clinic.place, networks.text, alone)).encode()).hexdigest()

    def look(shot: Shot) -> Seen | None:
        try:
            with clinic.database.read() as session:
                row = photo_row(session, shot.photo)
            decoded = decode(unsealed(clinic, who, row))
        except (NotFound, VaultError):  # erased meanwhile, or damaged, which is audited
            return None
        if not isinstance(decoded, Decoded):
            return None
        severity, regions = networks.scorer.map(decoded.pixels)
        return Seen(shot.view, severity, regions.resized(*severity.shape).label)

    return CACHE.get(digest, lambda: with_proposals(alone, {visit.date}, look).visits[0].findings)
