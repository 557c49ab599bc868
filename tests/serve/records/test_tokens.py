"""Tokens of programs: what they may, when they were used, who withdraws them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from scarscore.serve.records.accounts import identify
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Invalid, NotAllowed, NotFound
from scarscore.serve.records.people import Role
from scarscore.serve.records.staff import (
    change_own_password,
    change_role,
    named,
    reset_password,
)
from scarscore.serve.records.tables import TokenRow
from scarscore.serve.records.tokens import create_token, tokens, withdraw_token
from tests.serve.records.test_accounts import GOOD, OTHER, age, audited, everything_of, person, vault_url  # noqa: F401 - a fixture


def test_a_token_may_at_most_what_its_account_may_at_that_time(clinic: Clinic) -> None:
    person(clinic, "boss", Role.ADMIN)
    nora = person(clinic, role=Role.ADMIN)
    token, kept = create_token(clinic, nora, "program", Role.PRACTITIONER)
    assert kept.role is Role.PRACTITIONER
    for role, expected in ((Role.ADMIN, Role.PRACTITIONER), (Role.VIEWER, Role.VIEWER)):
        change_role(clinic, None, nora.account, role)
        who = identify(clinic, token=token)
        assert who is not None
        assert who.role is expected


def test_a_token_makes_no_tokens(clinic: Clinic) -> None:
    nora = person(clinic)
    token, kept = create_token(clinic, nora, "program", Role.PRACTITIONER)
    program = identify(clinic, token=token)
    assert program is not None
    with pytest.raises(NotAllowed, match="sign in with your password"):
        create_token(clinic, program, "another", Role.VIEWER)
    assert [each.id for each in tokens(clinic, nora)] == [kept.id]


def test_a_token_tells_when_it_was_used_to_the_minute(clinic: Clinic) -> None:
    nora = person(clinic)
    token, kept = create_token(clinic, nora, "program", Role.VIEWER)
    assert kept.used is None
    identify(clinic, token=token)
    first = tokens(clinic, nora)[0].used
    assert first is not None
    identify(clinic, token=token)
    assert tokens(clinic, nora)[0].used == first, "within the minute nothing is written"
    with clinic.database.write() as session:
        session.execute(update(TokenRow).values(used=first - timedelta(minutes=2)))
    identify(clinic, token=token)
    again = tokens(clinic, nora)[0].used
    assert again is not None
    assert again > first - timedelta(minutes=1)


def test_tokens_are_withdrawn_by_their_owner_or_an_admin_and_seen_by_no_other(clinic: Clinic) -> None:
    boss, nora, otto = person(clinic, "boss", Role.ADMIN), person(clinic), person(clinic, "otto")
    made = [create_token(clinic, nora, name, Role.VIEWER) for name in ("first", "second")]
    assert tokens(clinic, otto) == ()
    with pytest.raises(NotFound):
        withdraw_token(clinic, otto, made[0][1].id)
    withdraw_token(clinic, nora, made[0][1].id)
    withdraw_token(clinic, boss, made[1][1].id)
    assert [identify(clinic, token=text) for text, _ in made] == [None, None]
    assert tokens(clinic, boss, of_all=True) == ()
    with pytest.raises(Invalid):
        create_token(clinic, nora, " ", Role.VIEWER)


def test_a_reset_password_ends_the_tokens_too(clinic: Clinic) -> None:
    nora = person(clinic)
    token, _ = create_token(clinic, nora, "program", Role.VIEWER)
    change_own_password(clinic, nora, GOOD, OTHER)
    assert identify(clinic, token=token) is not None
    reset_password(clinic, None, named(clinic, "NORA").id, GOOD)
    assert identify(clinic, token=token) is None
