"""What is kept in memory is little, computed once, and gone when somebody is erased, even while it is computed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scarscore.serve.records import memory
from scarscore.serve.records.memory import Memory, forget_all


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
