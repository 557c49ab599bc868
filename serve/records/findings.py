"""What was counted, measured or asked at a visit: the input of the scales. Append-only; the last of an item counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.items import checked
from scarscore.serve.errors import UsageError
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Invalid
from scarscore.serve.records.find import visit_row
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import FindingRow, new_id


@dataclass(frozen=True)
class RecordedFinding:
    """A finding with its id; `finding.by` is the login of whoever entered it."""

    id: str
    finding: Finding
    created: datetime


def add_finding(clinic: Clinic, who: Who, visit_id: str, item: str, value: float) -> RecordedFinding:
    """Enter a finding. Raises `NotFound`, and `Invalid` for an unknown item or a value out of its range."""
    finding = Finding(item, value, who.login)
    try:
        checked((finding,))
    except UsageError as error:
        raise Invalid(str(error)) from None
    if who.login == MODEL:
        raise Invalid(f"findings of the account {MODEL!r} would be taken for the network's")
    row = FindingRow(id=new_id(), visit_id=visit_id, item=item, value=value, by=who.login, created=now())
    with clinic.doing(Deed(who.account, "create", f"finding/{row.id}", {"visit": visit_id})) as session:
        visit_row(session, visit_id, lock=True)
        session.add(row)
    return RecordedFinding(row.id, finding, row.created)


def findings(clinic: Clinic, who: Who, visit_id: str) -> tuple[RecordedFinding, ...]:
    """All findings of a visit, oldest first, those too that a later one replaced. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"visit/{visit_id}", {"what": "findings"})) as session:
        visit_row(session, visit_id)
        wanted = select(FindingRow).where(FindingRow.visit_id == visit_id).order_by(FindingRow.created, FindingRow.id)
        rows = session.scalars(wanted).all()
        return tuple(RecordedFinding(row.id, Finding(row.item, row.value, row.by), row.created) for row in rows)
