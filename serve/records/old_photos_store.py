"""Stores a clinic's old photos as they were confirmed: patients, courses and visits are made where they are missing.

Each photo is stored by itself, whole or not at all, so that a run that was stopped is gone on with by running it again:
what is stored is known by the SHA-256 of its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select

from scarscore.serve.course.records import Needling, Plan
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.courses import course_rows, create_course
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.history import visit_rows
from scarscore.serve.records.old_photos import Old
from scarscore.serve.records.patients import create_patient
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import Place
from scarscore.serve.records.scored import Scoring
from scarscore.serve.records.sessions import add_session
from scarscore.serve.records.tables import PatientRow, SessionRow
from scarscore.serve.records.uploads import take_photo
from scarscore.serve.records.visits import add_visit
from scarscore.serve.scoring.files import read_file
from scarscore.serve.scoring.result import Refusal


@dataclass
class Importing:
    """An import under way: where the photos go, and the visits that are known by now."""

    clinic: Clinic
    who: Who
    scoring: Scoring
    camera: str = ""
    _courses: dict[str, str] = field(default_factory=dict)
    _visits: dict[tuple[str, date, Needling | None], str] = field(default_factory=dict)

    def store(self, plan: Iterable[Old], step: Callable[[], None]) -> tuple[Old, ...]:
        """Store what is not odd, in the order of dates; each file again, with why it was not stored if so."""
        chosen = [old for old in plan if old.odd is None]
        self.clinic.note(Deed(self.who.account, "import", "photos", {"planned": len(chosen)}))
        told = []
        for old in sorted(chosen, key=lambda each: (each.patient, each.day or date.min, str(each.path))):
            told.append(self._store(old))
            step()
        return tuple(told)

    def _store(self, old: Old) -> Old:
        data = read_file(old.path)
        if isinstance(data, Refusal):
            return replace(old, odd=data.hint)
        if hashlib.sha256(data).hexdigest() != old.sha256:
            return replace(old, odd="it was changed since it was shown")
        assert old.day is not None
        assert old.view is not None
        try:
            visit = self._visit(self._course(old.patient), old.day, old.needling)
            place = Place(old.view, old.region, self.camera)
            taken = take_photo(self.clinic, self.who, self.scoring, visit, data, place)
        except (Conflict, Invalid, NotFound) as error:
            return replace(old, odd=str(error))
        return replace(old, odd=taken.hint) if isinstance(taken, Refusal) else replace(old, stored=True)

    def _course(self, pseudonym: str) -> str:
        """The newest course of this patient; patient and course are made where there are none."""
        if pseudonym not in self._courses:
            with self.clinic.database.read() as session:
                row = session.scalars(select(PatientRow).where(PatientRow.pseudonym == pseudonym)).first()
                courses = course_rows(session, row.id) if row is not None else []
            if row is not None and row.erased is not None:
                raise NotFound("this patient was erased")
            patient = row.id if row else create_patient(self.clinic, self.who, pseudonym=pseudonym, name=None).id
            self._courses[pseudonym] = (
                courses[-1].id if courses else create_course(self.clinic, self.who, patient, Plan())
            )
        return self._courses[pseudonym]

    def _visit(self, course: str, day: date, needling: Needling | None) -> str:
        """The visit of this day, made where there is none."""
        key = (course, day, needling)
        if key not in self._visits:
            with self.clinic.database.read() as session:
                rows = [row for row in visit_rows(session, course) if row.day == day]
                treated = session.scalars(
                    select(SessionRow).where(SessionRow.course_id == course, SessionRow.day == day)
                ).first()
            if needling is not None and treated is None:  # before or after: that day was a session's
                add_session(self.clinic, self.who, course, day, "", (), ())
            fitting = [row.id for row in rows if needling is None or row.needling == needling]
            self._visits[key] = fitting[0] if fitting else add_visit(self.clinic, self.who, course, day, needling)
        return self._visits[key]
