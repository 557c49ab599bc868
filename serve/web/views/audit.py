"""Settings: the audit log by page, what is looked for in it, and whether its chain is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BeforeValidator, Field

from scarscore.serve.records.audit import NOBODY, Broken
from scarscore.serve.records.staff import staff
from scarscore.serve.records.trail import Asked, lines, proven
from scarscore.serve.web.pages import part
from scarscore.serve.web.schema import Body
from scarscore.serve.web.state import Asker, Open
from scarscore.serve.web.views.settings import settings_page

router = APIRouter(tags=["pages"], include_in_schema=False)
PAGE = 50  # lines
ACTIONS = (
    "backup", "change-password", "consent", "correct", "create", "deactivate", "delete", "erase", "export", "failed",
    "grade", "import", "new-recovery-key", "password refused", "reactivate", "read", "recover", "refused",
    "reset-password", "restore", "score", "search", "set-up", "sign-in", "sign-in locked", "sign-in refused",
    "sign-out", "sweep", "verify", "withdraw",
)  # fmt: skip


def _left_out(value: object) -> object:
    return None if value == "" else value  # what a field that was left empty sends


Day = Annotated[date | None, BeforeValidator(_left_out)]
Number = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BeforeValidator(_left_out)]


class Sought(Body):
    """What is looked for in the log. Days are whole days of the clinic's own time, both included."""

    account: str = Field("", max_length=80)
    action: str = Field("", max_length=40)
    object: str = Field("", max_length=120)
    since: Day = None
    until: Day = None
    before: Number = None


@dataclass(frozen=True)
class Way:
    """The addresses of the newest and the older page, empty where there is none."""

    newest: str
    older: str


@router.get("/settings/audit", summary="The audit log")
def audit_tab(clinic: Open, who: Asker, sought: Annotated[Sought, Query()]) -> Response:
    """Fifty lines of the log, newest first."""
    found = lines(clinic, who, _asked(sought))
    logins = {NOBODY: "nobody"} | {each.id: each.login for each in staff(clinic, who)}
    more = found[PAGE - 1].number if len(found) > PAGE else 0
    turn = Way(_address(sought, None) if sought.before else "", _address(sought, more) if more else "")
    return settings_page(
        clinic, who, "audit", lines=found[:PAGE], logins=logins, sought=sought, turn=turn, actions=ACTIONS
    )


@router.get("/settings/audit/chain", summary="Whether the log is whole")
def chain_part(clinic: Open, who: Asker) -> Response:
    """What going through the whole chain found, and the digest to keep elsewhere."""
    found = proven(clinic, who)
    return part(who, "_chain", found=found, broken=isinstance(found, Broken), at=datetime.now().astimezone())


def _asked(sought: Sought) -> Asked:
    until = sought.until + timedelta(1) if sought.until and sought.until < date.max else None
    return Asked(
        sought.account or None, sought.action or None, sought.object or None, _moment(sought.since), _moment(until),
        sought.before, PAGE + 1,
    )  # fmt: skip


def _moment(day: date | None) -> datetime | None:
    """When a day of the clinic's own time begins."""
    if day is None:
        return None
    if not date(1970, 1, 2) <= day <= date(9999, 12, 30):
        return datetime.combine(day, time(), UTC)
    return datetime.combine(day, time()).astimezone(UTC)


def _address(sought: Sought, before: int | None) -> str:
    kept = {name: value for name, value in sought.model_dump(mode="json").items() if value and name != "before"}
    return "/settings/audit?" + urlencode(kept | ({"before": before} if before else {}))
