"""The patients: found as one types, entered, and what waits to be done with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from scarscore.serve.course.due import Kind, Task
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.due import Standing, Waiting, flattened, standings
from scarscore.serve.records.patients import Patient, patients
from scarscore.serve.records.people import Who
from scarscore.serve.web.pages import clinic_page, part
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(tags=["pages"], include_in_schema=False, max_body_size=SMALL)
AHEAD, LONG_AGO = timedelta(days=14), timedelta(days=90)
TITLES = {
    "again": "To be photographed again",
    "now": "Due now",
    "soon": f"In the next {AHEAD.days} days",
    "long": f"Due for over {LONG_AGO.days} days",
}
SHOWN = 50  # patients on a page; whoever looks for another types a part of the name


@dataclass(frozen=True)
class Line:
    """A patient in the list: the latest course, if there is one, and what waits longest."""

    patient: Patient
    course: Standing | None
    first: Waiting | None


@dataclass(frozen=True)
class Waits:
    """What waits in one course, the most urgent first."""

    patient: Patient
    course_id: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Group:
    """What waits alike: `again`, `now`, `soon` or `long`, and how that is written."""

    name: str
    title: str
    courses: tuple[Waits, ...]


@dataclass(frozen=True)
class Found:
    """What the page tells: the patients that were looked for, and, where nobody is, what waits."""

    sought: str
    lines: tuple[Line, ...]
    number: int
    groups: tuple[Group, ...] = ()


@router.get("/patients", summary="Patients")
def patients_page(clinic: Open, who: Asker) -> Response:
    """All patients, and what waits."""
    return clinic_page(clinic, who, "patients", "patients", found=_found(clinic, who, ""))


async def _sought(request: Request) -> str:
    """What was typed. It travels in the body: a name has no place in an address."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    return fields.get("text", [""])[0].strip()[:400]


@router.post("/patients/search", summary="Patients that are looked for")
def search(clinic: Open, who: Asker, sought: Annotated[str, Depends(_sought)]) -> Response:
    """The part of the page that follows what is typed."""
    return part(who, "_patients", found=_found(clinic, who, sought))


def _found(clinic: Clinic, who: Who, sought: str) -> Found:
    known = patients(clinic, who, sought)
    courses = standings(clinic, who, [each.id for each in known[:SHOWN]] if sought else None)
    waiting = flattened(courses, today() + AHEAD)
    by_patient = defaultdict(list)
    for each in courses:
        by_patient[each.patient_id].append(each)
    lines = tuple(_line(each, by_patient, waiting) for each in known[:SHOWN])
    return Found(sought, lines, len(known), () if sought else _groups(known, waiting, today()))


def _line(patient: Patient, courses: Mapping[str, Sequence[Standing]], waiting: Sequence[Waiting]) -> Line:
    own = courses.get(patient.id, ())
    return Line(
        patient, own[-1] if own else None, next((each for each in waiting if each.patient_id == patient.id), None)
    )


def _groups(known: Sequence[Patient], waiting: Sequence[Waiting], on: date) -> tuple[Group, ...]:
    """What waits, by how it stands with time; what has waited for a season comes last, as it may have been given up."""
    told: dict[str, dict[str, list[Task]]] = {name: {} for name in TITLES}
    patient_of = {course.course_id: course.patient_id for course in waiting}
    for each in waiting:
        told[_group(each, on)].setdefault(each.course_id, []).append(each.task)
    of = {patient.id: patient for patient in known}  # somebody may have been entered since they were read
    return tuple(
        Group(
            name,
            TITLES[name],
            tuple(
                Waits(of[patient_of[course]], course, tuple(tasks))
                for course, tasks in courses.items()
                if patient_of[course] in of
            ),
        )
        for name, courses in told.items()
    )


def _group(waiting: Waiting, on: date) -> str:
    if waiting.task.due < on - LONG_AGO:
        return "long"
    if waiting.task.kind is Kind.RETAKE:
        return "again"
    return "now" if waiting.task.due <= on else "soon"
