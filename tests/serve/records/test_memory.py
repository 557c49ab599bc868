"""What is kept in memory is little, computed once, and gone when somebody is erased, even while it is computed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from scarscore.serve.course.compared import UNREADABLE
from scarscore.serve.records import memory
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.comparisons import compare
from scarscore.serve.records.memory import Memory, forget_all
from scarscore.serve.records.verdicts import networks
from tests import make
from tests.serve.records.parts import NURSE, new_course, take, visit_on


@pytest.fixture
def kept() -> Iterator[Memory[str]]:
    made: Memory[str] = Memory(2)
    yield made
    memory._ALL[:] = [each for each in memory._ALL if each is not made]  # type: ignore[comparison-overlap]  # the list tells no kind


def test_the_last_few_are_kept_and_the_oldest_goes(kept: Memory[str]) -> None:
    asked = []

    def answer(digest: str) -> str:
        return kept.get(digest, lambda: (asked.append(digest), digest.upper())[1])

    assert [answer(each) for each in "abacb"] == ["A", "B", "A", "C", "B"]
    assert asked == ["a", "b", "c", "b"], "b was asked for longest ago when c came"


def test_what_another_computed_meanwhile_is_taken_also_where_it_is_nothing(kept: Memory[str]) -> None:
    @contextmanager
    def waiting() -> Iterator[None]:
        kept.told["a"] = ""
        yield

    kept.computing = waiting()  # type: ignore[assignment]  # in the place of waiting for the other's lock
    assert kept.get("a", lambda: pytest.fail("it was computed again")) == ""


def test_what_was_computed_while_somebody_was_erased_is_not_kept(kept: Memory[str]) -> None:
    begun, erased = threading.Event(), threading.Event()
    told = []

    def slow() -> str:
        begun.set()
        assert erased.wait(10)
        return "a picture"

    asking = threading.Thread(target=lambda: told.append(kept.get("a", slow)))
    asking.start()
    assert begun.wait(10)
    forget_all()
    erased.set()
    asking.join(10)
    assert told == ["a picture"]
    assert kept.get("a", lambda: "computed anew") == "computed anew"


def test_a_photo_that_could_not_be_read_once_is_compared_when_it_can(here: Clinic) -> None:
    course = new_course(here)
    later = make.jpeg(Image.fromarray(make.skin(480, 360, seed=0)[1:]))  # another shot of the same skin
    pair = take(here, visit_on(here, course, 60)).id, take(here, visit_on(here, course, 20), later).id
    file = Path(here.vault.root) / f"{pair[1]}.sealed"
    sealed = file.read_bytes()
    file.write_bytes(b"out of reach")
    told = compare(here, NURSE, networks(), course, pair).laid.mismatch
    assert told is not None
    assert told.hint == UNREADABLE

    file.write_bytes(sealed)
    assert compare(here, NURSE, networks(), course, pair).laid.mismatch is None
