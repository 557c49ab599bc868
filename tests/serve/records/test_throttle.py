"""Guessing passwords is hopeless, on both databases, one after another and all at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scarscore.serve.records import throttle
from scarscore.serve.records.accounts import create_account, sign_in
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import NotSignedIn, TooMany
from scarscore.serve.records.people import Role
from scarscore.serve.records.tables import AttemptRow, AuditRow

GOOD = "seven quiet herons"
HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def vault_url(tmp_path: Path) -> str:
    """One kind of vault is enough here."""
    return str(tmp_path / "clinic" / "vault")


def tried(clinic: Clinic, login: str = "nora", password: str = "a wrong guess", address: str = HERE) -> str:
    try:
        sign_in(clinic, login, password, address)
    except TooMany:
        return "throttled"
    except NotSignedIn:
        return "wrong"
    return "in"


def later(clinic: Clinic, by: timedelta) -> None:
    """Let time pass for the attempts."""
    with clinic.database.write() as session:
        for row in session.scalars(select(AttemptRow)):
            row.first, row.last = row.first - by, row.last - by


def test_after_five_failures_even_the_right_password_must_wait(clinic: Clinic) -> None:
    create_account(clinic, None, "nora", GOOD, Role.VIEWER)
    assert [tried(clinic) for _ in range(7)] == ["wrong"] * 5 + ["throttled"] * 2
    assert tried(clinic, password=GOOD) == "throttled"
    assert tried(clinic, password=GOOD, address=THERE) == "in", "who is elsewhere is not locked out"
    later(clinic, timedelta(seconds=throttle.FIRST_WAIT))
    assert tried(clinic, password=GOOD) == "in"
    assert [tried(clinic) for _ in range(5)] == ["wrong"] * 5, "and all is forgotten"


def test_the_wait_grows_with_each_failure(here: Clinic) -> None:
    create_account(here, None, "nora", GOOD, Role.VIEWER)
    waits = []
    for _ in range(5):
        tried(here)
    for _ in range(6):
        with pytest.raises(TooMany) as told:
            sign_in(here, "nora", GOOD, HERE)
        waits.append(told.value.wait)
        later(here, timedelta(seconds=told.value.wait))
        assert tried(here) == "wrong"
    assert waits == [pytest.approx(wait, abs=2) for wait in (30, 60, 120, 240, 480, 900)]
    assert throttle.wait_after(1_000_000, 5) == throttle.LONGEST_WAIT


def test_failures_long_ago_are_forgotten(clinic: Clinic) -> None:
    create_account(clinic, None, "nora", GOOD, Role.VIEWER)
    assert [tried(clinic) for _ in range(4)] == ["wrong"] * 4
    later(clinic, throttle.WINDOW + timedelta(seconds=1))
    assert [tried(clinic) for _ in range(5)] == ["wrong"] * 5
    later(clinic, timedelta(days=2))
    tried(clinic, login="otto", address=THERE)
    with clinic.database.read() as session:
        assert len(session.scalars(select(AttemptRow)).all()) == 2, "what is a day old is swept away"


def test_one_password_on_many_names_is_stopped_by_the_address(here: Clinic) -> None:
    got = Counter(tried(here, login=f"name{number}") for number in range(50))
    assert got == {"wrong": throttle.FOR_ADDRESS, "throttled": 50 - throttle.FOR_ADDRESS}


def test_an_own_account_does_not_clear_what_its_address_tried(here: Clinic) -> None:
    create_account(here, None, "mallory", GOOD, Role.VIEWER)
    got = Counter[str]()
    for number in range(40):
        got[tried(here, login=f"name{number}")] += 1
        tried(here, login="mallory", password=GOOD)
    assert got["wrong"] == throttle.FOR_ADDRESS


def test_a_thousand_wrong_passwords_get_no_further_than_five(here: Clinic) -> None:
    create_account(here, None, "nora", GOOD, Role.VIEWER)
    got = Counter(tried(here, password=f"guess number {number}") for number in range(1000))
    assert got == {"wrong": 5, "throttled": 995}
    with here.database.read() as session:
        actions = Counter(session.scalars(select(AuditRow.action)))
    assert actions == {"create": 1, "sign-in refused": 5, "sign-in locked": 1}, "a flood does not fill the log"


def test_a_hundred_guesses_at_the_same_moment_get_no_further_either(clinic: Clinic) -> None:
    create_account(clinic, None, "nora", GOOD, Role.VIEWER)
    got: Counter[str] = Counter()
    gate = threading.Barrier(20)

    def guess() -> None:
        gate.wait()
        for _ in range(5):
            got[tried(clinic)] += 1

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got["wrong"] <= 5
    assert got["wrong"] + got["throttled"] == 100


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),  # one machine may take any address of its /64
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("192.0.2.7", "192.0.2.8", False),
        ("testclient", "testclient", True),
    ],
)
def test_addresses_are_told_apart_as_machines_are(one: str, other: str, same: bool) -> None:
    assert (throttle._block(one) == throttle._block(other)) is same
