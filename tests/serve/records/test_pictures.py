"""Heat maps are drawn in the server's own process: few at once, few that wait, and who comes then is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from scarscore.serve.records import pictures
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Busy
from scarscore.serve.records.pictures import IN_LINE, photo_overlay
from scarscore.serve.records.pool import RETRY, cores
from scarscore.serve.records.verdicts import networks
from tests.serve.records.parts import NURSE, new_course, take, visit_on


def test_no_more_heat_maps_are_drawn_at_once_than_there_are_processors(here: Clinic) -> None:
    photo = take(here, visit_on(here, new_course(here), 30)).id
    with ThreadPoolExecutor() as threads, ExitStack() as drawing:
        for _ in range(cores()):
            drawing.enter_context(pictures._turn())
        waiting = [threads.submit(photo_overlay, here, NURSE, networks(), photo) for _ in range(3)]
        time.sleep(2)
        assert not any(each.done() for each in waiting)
        drawing.close()
        assert all(isinstance(each.result(60), bytes) for each in waiting)


def test_who_comes_when_many_wait_is_told_to_come_again(here: Clinic) -> None:
    photo = take(here, visit_on(here, new_course(here), 30)).id
    with ThreadPoolExecutor(IN_LINE) as threads, ExitStack() as drawing:
        for _ in range(cores()):
            drawing.enter_context(pictures._turn())
        waiting = [threads.submit(photo_overlay, here, NURSE, networks(), photo) for _ in range(IN_LINE)]
        late = time.monotonic() + 60
        while pictures._LINE._value:
            assert time.monotonic() < late
            time.sleep(0.05)
        with pytest.raises(Busy) as told:
            photo_overlay(here, NURSE, networks(), photo)
        assert told.value.wait == RETRY
        drawing.close()
        assert all(isinstance(each.result(60), bytes) for each in waiting)
