"""A visit's page: every number with its errors and its network, what was entered with its author, no name as code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from scarscore.serve.course.records import Plan
from scarscore.serve.course.scales.items import ITEMS
from scarscore.serve.records.courses import create_course
from scarscore.serve.records.patients import create_patient
from scarscore.serve.records.people import Role
from scarscore.serve.records.sessions import add_session
from scarscore.serve.records.visits import add_visit
from scarscore.serve.scoring.quality.checks import LIMITS
from scarscore.serve.scoring.quality.words import CHECKS, limit_words
from scarscore.serve.scoring.result import DISCLAIMER
from scarscore.serve.web.views.entry_words import GROUPS
from scarscore.serve.web.views.photo_words import grade_words
from tests.serve.records.parts import ago, blurred, upload
from tests.serve.web.parts import Running

HOSTILE = "<img src=x onerror=alert(1)>"
ENTERED = [("icepick", 4), ("icepick", 7), ("face_area", 0.2), ("stretch_flattens", 1), ("dlqi_total", 8)]


class Here:
    """A visit with a good photo and a blurred one, and findings of a practitioner."""

    def __init__(self, app: Running) -> None:
        self.app, who = app, app.who(Role.PRACTITIONER)
        self.patient = create_patient(app.clinic, who, pseudonym="P-2", name=HOSTILE).id
        self.course = create_course(app.clinic, who, self.patient, Plan())
        self.visit, self.other = (add_visit(app.clinic, who, self.course, ago(days), None) for days in (30, 60))
        self.nurse, self.viewer = app.client(Role.PRACTITIONER), app.client(Role.VIEWER)
        address = f"/api/v1/visits/{self.visit}"
        self.good, self.bad = (
            self.nurse.post(f"{address}/photos", params=query, content=photo).json()
            for photo, query in (
                (upload(1), {"view": "closeup", "region": "chin", "camera": HOSTILE}),
                (blurred(), {"view": "left"}),
            )
        )
        for item, value in ENTERED:
            answer = self.nurse.post(f"{address}/findings", json={"item": item, "value": value})
            assert answer.status_code == 201, answer.text

    def text(self, address: str, client: TestClient | None = None) -> str:
        answer = (client or self.nurse).get(address)
        assert answer.status_code == 200, answer.text
        return " ".join(answer.text.split())


@pytest.fixture(scope="module")
def here(shared_app: Running) -> Iterator[Here]:
    made = Here(shared_app)
    yield made
    made.nurse.close()
    made.viewer.close()


def test_every_photo_tells_its_severity_with_both_errors_and_its_network(here: Here) -> None:
    page, score = here.text(f"/visits/{here.visit}"), here.good["score"]["score"]
    assert f'<span class="value">{score["severity"]:.0f}</span>' in page
    assert f"<strong>{score['severity_low']:.0f} to {score['severity_high']:.0f}</strong>" in page
    assert f"<strong>±{here.good['score']['error']['sem']:.1f}</strong>" in page
    assert (
        f"{score['model']['name']} {score['model']['version']}, licence class {score['model']['licence_class']}" in page
    )
    assert DISCLAIMER in page
    assert grade_words(tuple(score["grade_set"])) in page
    assert f"probability {100 * score['raised_probability']:.0f} %" in page
    if score["types"]:
        assert f"{score['types'][0]} {100 * max(score['type_probabilities']):.0f} %" in page
    assert f'data-src="/api/v1/photos/{here.good["id"]}/overlay"' in page
    assert "Not scored: blurred." in page
    assert f'data-src="/api/v1/photos/{here.bad["id"]}/overlay"' not in page, "no heat map without a score"


def test_the_severity_of_the_visit_follows_with_its_error(here: Here) -> None:
    part, score = here.text(f"/visits/{here.visit}/numbers"), here.good["score"]["score"]
    assert f'id="severity">{score["severity"]:.0f}</span>' in part
    assert "points (SEM)" in part
    assert "lower bound" in part
    told = here.nurse.get(f"/api/v1/visits/{here.visit}/scales").json()
    assert told["severity"] == pytest.approx(score["severity"])


def test_the_scales_tell_who_told_what(here: Here) -> None:
    part = here.text(f"/visits/{here.visit}/scales")
    for name in ("Goodman-Baron qualitative", "Goodman-Baron quantitative", "ECCA", "SCAR-S"):
        assert f'<th scope="row">{name}</th>' in part
    assert "replaces 4 by practitioner" in part
    assert "20 %" in part
    assert "Where each point comes from" in part
    assert part.count('<span class="tag">replaced</span>') == 1
    assert "told by the network" in part or "told by practitioner" in part
    told = {scale["name"]: scale for scale in here.nurse.get(f"/api/v1/visits/{here.visit}/scales").json()["scales"]}
    assert any(part["item"] == "icepick" and part["by"] == "practitioner" for part in told["ECCA"]["parts"])


def test_what_can_be_entered_is_known_and_within_its_range(here: Here) -> None:
    fields = [wanted for group in GROUPS for wanted in group.fields]
    assert len({wanted.item for wanted in fields}) == len(fields)
    for wanted in fields:
        item = ITEMS[wanted.item]
        assert all(item.low <= float(value) <= item.high for value, _ in wanted.options)
    part = here.text(f"/visits/{here.visit}/scales")
    for item in ("elastolysis", "hypertrophic_under_2_years", "scars_total", "fasqol_total", "dlqi_total", "gais"):
        assert f'data-item="{item}"' in part


def test_each_quality_check_has_its_words_and_its_limit_is_told_unrounded() -> None:
    assert set(CHECKS) == {limit.name for limit in LIMITS}
    for limit in LIMITS:
        told = re.sub(r"at (least|most) | px|°", "", limit_words(limit.check(limit.limit)))
        share = told.removesuffix(" %")
        assert limit.name == "mirrored" or float(share) / (100 if share != told else 1) == pytest.approx(limit.limit)


def test_a_viewer_sees_all_and_is_offered_nothing(here: Here) -> None:
    page = here.text(f"/visits/{here.visit}", here.viewer)
    scales = here.text(f"/visits/{here.visit}/scales", here.viewer)
    assert "ECCA" in scales
    for offered in ('data-send="/api/v1/visits', 'data-send="/api/v1/photos', "Add photos", "Take it again"):
        assert offered not in page
    assert "data-item" not in scales
    assert 'id="save-findings"' not in scales


def test_a_hostile_name_stays_text(here: Here) -> None:
    for address in (
        f"/visits/{here.visit}",
        f"/visits/{here.visit}/scales",
        f"/photos/{here.good['id']}/card",
        f"/photos/{here.good['id']}/places?patient_id={here.patient}",
    ):
        assert HOSTILE not in here.text(address)


def test_a_photo_can_be_corrected_moved_and_erased_from_here(here: Here) -> None:
    card = here.text(f"/photos/{here.good['id']}/card")
    assert f'data-send="/api/v1/photos/{here.good["id"]}" data-method="PATCH"' in card
    assert f'<option value="{here.other}">{ago(60)}</option>' in card
    assert 'data-method="DELETE"' in card
    places = here.text(f"/photos/{here.good['id']}/places?patient_id={here.patient}")
    assert f'value="{here.other}"' in places


def test_a_choice_that_is_empty_is_one_that_the_page_made(here: Here) -> None:
    """A correction sends what was changed: a select without a choice of the page's own would always be sent."""
    page = here.text(f"/visits/{here.visit}")
    assert '<option value="" selected>not a session' in page
    card = here.text(f"/photos/{here.good['id']}/card")
    view, region = re.findall(r"<select name=\"(?:view|region)\".*?</select>", card, re.DOTALL)
    assert (view.count(" selected"), region.count(" selected")) == (1, 1)


def test_what_can_only_be_entered_is_not_printed(here: Here) -> None:
    printed = '<section class="card" aria-labelledby="enter-title">'
    assert printed not in here.text(f"/visits/{here.visit}/scales")
    assert printed in here.text(f"/visits/{here.visit}/scales", here.viewer)


def test_an_empty_visit_says_what_to_do_and_can_be_taken_back(here: Here) -> None:
    page = here.text(f"/visits/{here.other}")
    assert "No photo of this visit yet" in page
    assert f'href="/visits/{here.other}/photos"' in page
    assert 'id="take-back"' in page
    assert 'id="take-back"' not in here.text(f"/visits/{here.visit}")


def test_a_visit_too_soon_after_a_session_is_shown_without_a_number(here: Here) -> None:
    who = here.app.who(Role.PRACTITIONER)
    add_session(here.app.clinic, who, here.course, ago(12), "pen", (), ())
    visit = add_visit(here.app.clinic, who, here.course, ago(9), None)
    here.nurse.post(f"/api/v1/visits/{visit}/photos", content=upload(5))
    page, part = here.text(f"/visits/{visit}"), here.text(f"/visits/{visit}/numbers")
    assert "kept, not scored" in page
    assert 'id="heat"' not in page
    assert "No severity: each photo was taken 3 days after a session" in part


def test_what_the_page_reads_is_audited(here: Here) -> None:
    admin = here.app.client(Role.ADMIN)
    here.text(f"/visits/{here.visit}")
    here.nurse.get(f"/api/v1/photos/{here.good['id']}/preview")
    reads = admin.get("/api/v1/audit", params={"action": "read", "object": f"photo/{here.good['id']}"}).json()
    assert reads[0]["detail"] == {"what": "preview"}
    visits = admin.get("/api/v1/audit", params={"action": "read", "object": f"visit/{here.visit}"}).json()
    assert {"photos", "findings"} <= {line["detail"].get("what") for line in visits}


def test_a_preview_is_smaller_and_no_metadata_is_in_it(here: Here) -> None:
    answer = here.viewer.get(f"/api/v1/photos/{here.good['id']}/preview")
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"Exif" not in answer.content
    assert len(answer.content) < here.good["size"]
