"""Repeatability over the API and its page: the figures are the command's, and nothing of a photo is kept."""

from __future__ import annotations

import re

import numpy as np
import pytest

from scarscore.model.repeatability import DETECTABLE, icc, sem
from scarscore.serve.records.people import Role
from tests.serve.records.parts import upload
from tests.serve.web.parts import INLINE, Running

HOSTILE = "<script>alert(1)</script>"
TOLD, COMPUTED = "/settings/repeatability/told", "/api/v1/repeatability"


def table(people: int) -> np.ndarray:
    rng = np.random.default_rng(people)
    return np.clip(np.linspace(10, 70, people)[:, None] + rng.normal(0, 3, (people, 2)), 0, 100)


def sent(people: int, camera: str = "room 2", prefix: str = "S") -> dict[str, object]:
    repeats = [{"subject": f"{prefix}{n}", "severity": value} for n, row in enumerate(table(people)) for value in row]
    return {"view": "front", "camera": camera, "repeats": repeats}


def test_the_figures_are_those_of_the_command(shared_app: Running) -> None:
    told = shared_app.client(Role.VIEWER).post(COMPUTED, json=sent(12)).json()
    assert told["icc"] == pytest.approx(icc(table(12)))
    assert told["sem"] == pytest.approx(sem(table(12)))
    assert told["sdc95"] == pytest.approx(DETECTABLE * sem(table(12)))
    assert told["sem_low"] < told["sem"] < told["sem_high"]
    assert (told["subjects"], told["shots"], len(told["pairs"]), told["enough"]) == (12, 2, 12, True)
    assert told["model"] == shared_app.service.scoring.networks
    assert shared_app.client(Role.VIEWER).post(COMPUTED, json=sent(9)).json()["enough"] is False


def test_severities_that_are_all_the_same_have_no_icc(shared_app: Running) -> None:
    same = [{"subject": f"S{n % 3}", "severity": 5} for n in range(6)]
    body = {"view": "left", "repeats": same}
    told = shared_app.client(Role.VIEWER).post(COMPUTED, json=body)
    assert (told.status_code, told.json()["icc"], told.json()["sem"]) == (200, None, 0)
    part = shared_app.client(Role.ADMIN).post(TOLD, json=body)
    assert part.status_code == 200
    assert "copies of one photo" in part.text
    assert 'id="store"' not in part.text


def test_too_few_and_impossible_shots_are_told(shared_app: Running) -> None:
    viewer = shared_app.client(Role.VIEWER)
    for path in (COMPUTED, TOLD):
        answer = viewer.post(path, json=sent(1))
        assert (answer.status_code, "two people" in answer.json()["error"]["message"]) == (422, True)
        assert viewer.post(path, json={**sent(3), "repeats": [{"subject": "S", "severity": 101}]}).status_code == 422
        assert shared_app.client().post(path, json=sent(3)).status_code == 401


def test_every_point_of_the_plot_stands_in_the_table_and_no_name_becomes_code(shared_app: Running) -> None:
    answer = shared_app.client(Role.ADMIN).post(TOLD, json=sent(10, HOSTILE, HOSTILE))
    assert not re.search(INLINE, answer.text)
    assert HOSTILE not in answer.text
    pairs = re.search(r'id="pairs".*?</details>', answer.text, re.DOTALL)
    assert pairs
    assert answer.text.count("<circle") == pairs[0].count('<th scope="row">') == 10


def test_only_enough_people_are_stored_and_only_by_an_admin(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    assert "photograph 3 more" in admin.post(TOLD, json=sent(7)).text
    part = admin.post(TOLD, json=sent(10)).text
    assert 'id="store"' in part
    assert 'id="store"' not in clinic_app.client(Role.PRACTITIONER).post(TOLD, json=sent(10)).text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', part))
    assert admin.put("/api/v1/settings/errors", json=fields).status_code == 200
    own = admin.get("/settings/repeatability").text
    assert "10 people, 2 shots each" in own
    assert "not used" not in own
    low, high = (float(each) for each in re.findall(r'"hint">([\d.]+) to ([\d.]+)<', own)[0])
    assert low < DETECTABLE * sem(table(10)) < high


def test_a_photo_that_is_scored_for_it_is_kept_nowhere_and_then_rests_on_the_stored_error(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    where = "/api/v1/score?view=front&camera=room 2"
    before = admin.post(where, content=upload(1)).json()
    assert before["error"]["source"] == "bundle"
    assert 0 <= before["score"]["severity"] <= 100
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', admin.post(TOLD, json=sent(10)).text))
    admin.put("/api/v1/settings/errors", json=fields)
    after = admin.post(where, content=upload(1)).json()
    assert after["error"]["source"] == "clinic"
    assert after["error"]["sem"] == pytest.approx(sem(table(10)))
    assert admin.post("/api/v1/score?view=front&camera=other", content=upload(1)).json()["error"]["source"] == "bundle"
    vault = clinic_app.clinic.place.folder / "vault"
    assert [path for path in vault.rglob("*") if path.is_file()] == []
