"""Accounts, sign-ins and tokens, on both databases: who gets in, for how long, and what ends it."""

from __future__ import annotations

import statistics
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scarscore.serve.records import passwords, sign_ins, throttle, trail
from scarscore.serve.records.accounts import create_account, identify, sign_in, sign_out
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.staff import (
    change_own_password,
    change_role,
    deactivate,
    named,
    reactivate,
    reset_password,
    staff,
)
from scarscore.serve.records.tables import AccountRow, AttemptRow, AuditRow, Base, SignInRow, TokenRow
from scarscore.serve.records.tokens import create_token, tokens, withdraw_token
from scarscore.serve.records.trail import Asked

GOOD, OTHER = "seven quiet herons", "nine loud magpies"
HERE = "192.0.2.7"


@pytest.fixture
def vault_url(tmp_path: Path) -> str:
    """One kind of vault is enough here."""
    return str(tmp_path / "clinic" / "vault")


def person(clinic: Clinic, login: str = "nora", role: Role = Role.PRACTITIONER) -> Who:
    account = create_account(clinic, None, login, GOOD, role)
    return Who(account.id, account.login, account.role)


def audited(clinic: Clinic) -> list[str]:
    with clinic.database.read() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.number)))


def everything_of(clinic: Clinic, kind: type[Base]) -> list[Base]:
    with clinic.database.read() as session:
        return list(session.scalars(select(kind)))


def everything_stored(clinic: Clinic) -> str:
    with clinic.database.read() as session:
        kinds = (AccountRow, SignInRow, TokenRow, AttemptRow, AuditRow)
        return repr([vars(row) for kind in kinds for row in session.scalars(select(kind))])


def age(clinic: Clinic, **back: timedelta) -> None:
    """Make every sign-in older by so much."""
    with clinic.database.write() as session:
        for row in session.scalars(select(SignInRow)):
            for field, by in back.items():
                setattr(row, field, getattr(row, field) - by)


def test_whoever_has_the_password_is_signed_in_and_known_by_the_cookie(clinic: Clinic) -> None:
    nora = person(clinic)
    cookie, who = sign_in(clinic, " Nora ", GOOD, HERE)
    assert who == nora
    assert identify(clinic, cookie=cookie) == nora
    assert identify(clinic, cookie=cookie + "x") is None
    assert identify(clinic, cookie="") is None
    assert identify(clinic) is None
    assert audited(clinic) == ["create", "sign-in"]


def test_neither_password_nor_cookie_nor_token_is_kept_anywhere(clinic: Clinic) -> None:
    nora = person(clinic)
    cookie, _ = sign_in(clinic, "nora", GOOD, HERE)
    token, _ = create_token(clinic, nora, "the practice's software", Role.VIEWER)
    with pytest.raises(NotSignedIn):
        sign_in(clinic, OTHER, "my password by mistake", HERE)
    kept = everything_stored(clinic)
    for secret in (GOOD, OTHER, cookie, token, token.removeprefix("scarscore_"), "by mistake", HERE):
        assert secret not in kept
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in kept


@pytest.mark.parametrize(
    ("login", "password", "why"),
    [
        ("nora", "short", "at least 12 signs"),
        ("nora", "x" * 201, "at most 200"),
        ("nora", "noranoranora", "must not hold the account's name"),
        ("nora", "xXxXxXxXxXxXxX", "too few different signs"),
        ("", GOOD, "1 to 80 signs"),
        ("no ra", GOOD, "no blanks"),
        ("n" * 81, GOOD, "1 to 80 signs"),
        ("no\x00ra", GOOD, "1 to 80 signs"),
    ],
)
def test_a_name_or_a_password_that_will_not_do_is_refused_with_the_reason(
    here: Clinic, login: str, password: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        create_account(here, None, login, password, Role.VIEWER)
    assert staff(here, None) == ()


def test_a_name_is_taken_once_whatever_its_case(clinic: Clinic) -> None:
    person(clinic)
    with pytest.raises(Conflict):
        create_account(clinic, None, "NORA", GOOD, Role.VIEWER)
    assert len(staff(clinic, None)) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PRACTITIONER])
def test_only_an_admin_looks_after_accounts(here: Clinic, role: Role) -> None:
    who = person(here, role=role)
    for attempt in (
        lambda: create_account(here, who, "more", GOOD, Role.VIEWER),
        lambda: staff(here, who),
        lambda: change_role(here, who, who.account, Role.ADMIN),
        lambda: deactivate(here, who, who.account),
        lambda: reactivate(here, who, who.account),
        lambda: reset_password(here, who, who.account, OTHER),
        lambda: tokens(here, who, of_all=True),
        lambda: create_token(here, who, "x", Role.ADMIN),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_sign_in_ends_when_it_was_not_used_for_half_an_hour(clinic: Clinic) -> None:
    person(clinic)
    cookie, _ = sign_in(clinic, "nora", GOOD, HERE)
    age(clinic, seen=timedelta(minutes=29))
    assert identify(clinic, cookie=cookie) is not None, "and this use is noted, so that it goes on"
    age(clinic, seen=timedelta(minutes=29))
    assert identify(clinic, cookie=cookie) is not None
    age(clinic, seen=timedelta(minutes=31))
    assert identify(clinic, cookie=cookie) is None


def test_a_sign_in_ends_after_twelve_hours_however_much_it_is_used(clinic: Clinic) -> None:
    person(clinic)
    cookie, _ = sign_in(clinic, "nora", GOOD, HERE)
    age(clinic, created=timedelta(hours=11, minutes=59))
    assert identify(clinic, cookie=cookie) is not None
    age(clinic, created=timedelta(minutes=2))
    assert identify(clinic, cookie=cookie) is None


def test_sign_ins_that_are_over_are_swept_away(here: Clinic) -> None:
    person(here)
    sign_in(here, "nora", GOOD, HERE)
    age(here, seen=timedelta(hours=1))
    sign_in(here, "nora", GOOD, HERE)
    with here.database.read() as session:
        assert len(session.scalars(select(SignInRow)).all()) == 1


@pytest.mark.parametrize("how", ["sign-out", "role", "reset", "own password", "deactivate"])
def test_what_changes_an_account_ends_its_sign_ins(clinic: Clinic, how: str) -> None:
    person(clinic, "boss", Role.ADMIN)
    nora = person(clinic)
    cookies = [sign_in(clinic, "nora", GOOD, HERE)[0] for _ in range(2)]
    other = sign_in(clinic, "boss", GOOD, HERE)[0]
    {
        "sign-out": lambda: [sign_out(clinic, cookie) for cookie in cookies],
        "role": lambda: change_role(clinic, None, nora.account, Role.VIEWER),
        "reset": lambda: reset_password(clinic, None, nora.account, OTHER),
        "own password": lambda: change_own_password(clinic, nora, GOOD, OTHER),
        "deactivate": lambda: deactivate(clinic, None, nora.account),
    }[how]()
    assert [identify(clinic, cookie=cookie) for cookie in cookies] == [None, None]
    assert identify(clinic, cookie=other) is not None, "of others nothing ends"


def test_a_closed_account_lets_nobody_in_until_it_is_opened_again(clinic: Clinic) -> None:
    person(clinic, "boss", Role.ADMIN)
    nora = person(clinic)
    token, _ = create_token(clinic, nora, "program", Role.VIEWER)
    deactivate(clinic, None, nora.account)
    with pytest.raises(NotSignedIn, match="name or the password is wrong"):
        sign_in(clinic, "nora", GOOD, HERE)
    assert identify(clinic, token=token) is None
    reactivate(clinic, None, nora.account)
    sign_in(clinic, "nora", GOOD, HERE)
    assert identify(clinic, token=token) is None, "its tokens were withdrawn"


def test_the_last_admin_stays(clinic: Clinic) -> None:
    boss, second = person(clinic, "boss", Role.ADMIN), person(clinic, "second", Role.ADMIN)
    deactivate(clinic, boss, second.account)
    for attempt in (
        lambda: deactivate(clinic, boss, boss.account),
        lambda: change_role(clinic, boss, boss.account, Role.VIEWER),
    ):
        with pytest.raises(Conflict, match="last admin"):
            attempt()
    change_role(clinic, boss, boss.account, Role.ADMIN)
    sign_in(clinic, "boss", GOOD, HERE)


def test_of_two_admins_who_close_each_other_at_once_one_stays(clinic: Clinic) -> None:
    admins = [person(clinic, name, Role.ADMIN) for name in ("boss", "second")]
    gate = threading.Barrier(2)

    def close(by: Who, whom: Who) -> None:
        gate.wait()
        with suppress(Conflict):
            deactivate(clinic, by, whom.account)

    both = [threading.Thread(target=close, args=pair) for pair in (admins, admins[::-1])]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sum(account.active for account in staff(clinic, None)) == 1


def test_ones_own_password_is_changed_by_whoever_knows_it(clinic: Clinic) -> None:
    nora = person(clinic)
    with pytest.raises(Invalid, match="old password is wrong"):
        change_own_password(clinic, nora, "a wrong guess", OTHER)
    with pytest.raises(Invalid, match="is the old one"):
        change_own_password(clinic, nora, GOOD, GOOD)
    with pytest.raises(Invalid, match="at least 12"):
        change_own_password(clinic, nora, GOOD, "short")
    change_own_password(clinic, nora, GOOD, OTHER)
    sign_in(clinic, "nora", OTHER, HERE)
    with pytest.raises(NotSignedIn):
        sign_in(clinic, "nora", GOOD, HERE)


def test_whoever_finds_a_browser_open_cannot_guess_the_password_there(here: Clinic) -> None:
    nora = person(here)
    for _ in range(throttle.FOR_LOGIN):
        with pytest.raises(Invalid):
            change_own_password(here, nora, "a wrong guess", OTHER)
    with pytest.raises(TooMany):
        change_own_password(here, nora, GOOD, OTHER)


def test_what_does_not_exist_is_not_found(here: Clinic) -> None:
    for attempt in (
        lambda: named(here, "ghost"),
        lambda: deactivate(here, None, "ghost"),
        lambda: reactivate(here, None, "ghost"),
        lambda: change_role(here, None, "ghost", Role.VIEWER),
        lambda: reset_password(here, None, "ghost", GOOD),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert audited(here) == []


def test_an_account_closed_while_its_password_was_compared_does_not_get_in(here: Clinic) -> None:
    """The comparison takes tens of milliseconds; whoever closes the account meanwhile must win."""
    person(here, "boss", Role.ADMIN)
    nora = person(here)
    held = [passwords._AT_ONCE.acquire(timeout=5) for _ in range(passwords._AT_ONCE._initial_value)]  # type: ignore[attr-defined]  # all turns are taken
    got: list[object] = []
    signing = threading.Thread(target=lambda: got.append(_tried(here)))
    signing.start()
    time.sleep(0.3)
    deactivate(here, None, nora.account)
    for _ in held:
        passwords._AT_ONCE.release()
    signing.join()
    assert got == [NotSignedIn]


@pytest.mark.parametrize("how", ["deactivate", "reset"])
def test_what_an_admin_did_while_a_password_was_compared_is_not_undone_by_its_owner(here: Clinic, how: str) -> None:
    person(here, "boss", Role.ADMIN)
    nora = person(here)
    turns = passwords._AT_ONCE._initial_value  # type: ignore[attr-defined]  # how many compare at once
    for _ in range(turns - 1):
        passwords._AT_ONCE.acquire()
    got: list[object] = []
    changing = threading.Thread(target=lambda: got.append(_changed(here, nora)))
    with passwords._AT_ONCE:  # the last turn: the change waits behind what follows
        changing.start()
        while not everything_of(here, AttemptRow):
            time.sleep(0.01)
        with here.database.write() as session:
            row = session.get_one(AccountRow, nora.account)
            row.active = how != "deactivate"
            row.password = row.password if how == "deactivate" else "another"
    for _ in range(turns - 1):
        passwords._AT_ONCE.release()
    changing.join()
    assert got == [Conflict]


def _changed(clinic: Clinic, who: Who) -> object:
    try:
        return change_own_password(clinic, who, GOOD, OTHER)
    except Conflict as error:
        return type(error)


@pytest.mark.parametrize("text", ["\0", "no\0ra"])
def test_a_text_that_no_database_can_hold_is_nobody_and_nothing(clinic: Clinic, text: str) -> None:
    boss = person(clinic, "boss", Role.ADMIN)
    with pytest.raises(NotSignedIn):
        sign_in(clinic, text, GOOD, HERE)
    for attempt in (
        lambda: deactivate(clinic, boss, text),
        lambda: withdraw_token(clinic, boss, text),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Invalid):
        create_token(clinic, boss, f"x{text}y", Role.VIEWER)
    for asked in (Asked(account=text), Asked(action=text), Asked(object=text)):
        assert trail.lines(clinic, boss, asked) == ()


def _tried(clinic: Clinic) -> object:
    try:
        return sign_in(clinic, "nora", GOOD, HERE)
    except NotSignedIn as error:
        return type(error)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(here: Clinic) -> None:
    person(here)

    def seconds(login: str, turn: int) -> float:
        began = time.thread_time()  # of this thread alone: a busy machine is no difference between the two
        with pytest.raises(NotSignedIn):
            sign_in(here, login, "a wrong guess", f"198.51.100.{turn}")
        return time.thread_time() - began

    ratios = [
        seconds("ghost", turn) / seconds("nora", turn) for turn in range(15)
    ]  # by turns: a machine's pace changes
    assert 0.8 < statistics.median(ratios) < 1.25, ratios


def test_more_sign_ins_at_once_than_can_wait_are_turned_away(here: Clinic) -> None:
    line = [passwords._LINE.acquire(blocking=False) for _ in range(passwords.IN_LINE)]
    try:
        assert all(line)
        with pytest.raises(TooMany) as told:
            passwords.hashed(GOOD)
        assert told.value.wait == passwords.BUSY
    finally:
        for _ in line:
            passwords._LINE.release()
    assert passwords.matches(passwords.hashed(GOOD), GOOD)


def test_the_limits_are_those_that_are_documented() -> None:
    assert timedelta(minutes=30) == sign_ins.IDLE
    assert timedelta(hours=12) == sign_ins.ABSOLUTE
    assert now().tzinfo is not None
