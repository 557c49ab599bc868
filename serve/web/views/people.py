"""Settings: who has an account, and which programs have a token."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.staff import staff
from scarscore.serve.records.tokens import tokens
from scarscore.serve.web.pages import part
from scarscore.serve.web.state import Asker, Open
from scarscore.serve.web.views.settings import settings_page

router = APIRouter(tags=["pages"], include_in_schema=False)
ROLES = {
    Role.VIEWER: "may look at everything, and change nothing",
    Role.PRACTITIONER: "may enter and correct patients, visits and photos as well",
    Role.ADMIN: "may do everything: accounts, settings, erasing, the audit log",
}


@router.get("/settings/people", summary="Accounts")
def people_tab(clinic: Open, who: Asker) -> Response:
    """Everybody who has, or had, an account."""
    return settings_page(clinic, who, "people", people=staff(clinic, who), roles=ROLES)


@router.get("/settings/people/list", summary="The list of accounts")
def people_part(clinic: Open, who: Asker) -> Response:
    """The part that follows what is changed."""
    return part(who, "_people", people=staff(clinic, who), roles=ROLES)


@router.get("/settings/tokens", summary="Tokens of programs")
def tokens_tab(clinic: Open, who: Asker) -> Response:
    """One's own tokens; everybody's for an admin."""
    mine = {role: words for role, words in ROLES.items() if who.may(role)}
    return settings_page(clinic, who, "tokens", roles=mine, **_tokens(clinic, who))


@router.get("/settings/tokens/list", summary="The list of tokens")
def tokens_part(clinic: Open, who: Asker) -> Response:
    """The part that follows what is changed."""
    return part(who, "_tokens", **_tokens(clinic, who))


def _tokens(clinic: Clinic, who: Who) -> dict[str, object]:
    of_all = who.may(Role.ADMIN)
    logins = {each.id: each.login for each in staff(clinic, who)} if of_all else {who.account: who.login}
    return {"tokens": tokens(clinic, who, of_all=of_all), "logins": logins}
