"""A course as FHIR R4: valid by the models of fhir.resources, and every number with its uncertainty."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Invalid, NotFound
from scarscore.serve.records.exports.fhir import LARGEST, Asked, fhir_bundle
from scarscore.serve.records.patients import patient
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.refile import erase_photo
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.records.verdicts import measured, networks
from scarscore.serve.scoring.result import DISCLAIMER
from tests.serve.records.parts import ADMIN, NURSE, ago, lines
from tests.serve.records.told import NAME, Told, another, patient_with_everything

Resource = dict[str, Any]
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Told]]:
    clinic = another(tmp_path_factory.mktemp("fhir"))
    yield clinic, patient_with_everything(clinic)
    clinic.close()


def bundle_of(clinic: Clinic, told: Told, **options: bool) -> Resource:
    content = fhir_bundle(clinic, NURSE, networks(), Asked(told.course, ago(0), **options))
    Bundle.model_validate_json(content)
    parsed: Resource = json.loads(content)
    return parsed


def of_kind(bundle: Resource, kind: str) -> list[Resource]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("options", [{}, {"names": True}, {"pictures": True}, {"names": True, "pictures": True}])
def test_the_bundle_is_valid_its_ids_are_and_every_reference_leads_into_it(
    recorded: tuple[Clinic, Told], options: dict[str, bool]
) -> None:
    bundle = bundle_of(*recorded, **options)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    addresses = [each["fullUrl"] for each in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    ids = [(each["resource"]["resourceType"], each["resource"]["id"]) for each in bundle["entry"]]
    assert len(set(ids)) == len(ids)
    assert all(ID.fullmatch(name) for _, name in ids)
    references = re.findall(r'"reference": "([^"]+)"', json.dumps(bundle))
    assert references
    assert set(references) <= set(addresses)


def test_the_patient_is_a_pseudonym_unless_the_name_is_asked_for(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    plain, named = bundle_of(clinic, told), bundle_of(clinic, told, names=True)
    assert NAME not in json.dumps(plain, ensure_ascii=False)
    pseudonym = patient(clinic, NURSE, told.patient).pseudonym
    assert of_kind(plain, "Patient")[0]["identifier"][0]["value"] == pseudonym
    assert of_kind(named, "Patient")[0]["name"] == [{"text": NAME}]
    assert [line.detail["names"] for line in lines(clinic, f"course/{told.course}", "export")][-2:] == [False, True]


def test_each_valid_visit_has_a_severity_with_its_error_and_the_intervals_of_its_photos(
    recorded: tuple[Clinic, Told],
) -> None:
    clinic, told = recorded
    said = measured(clinic, NURSE, networks(), told.course, ago(0))
    found = [each for each in of_kind(bundle_of(clinic, told), "Observation") if "severity" in each["id"]]
    assert [each["effectiveDateTime"] for each in found] == [score.date.isoformat() for score in said.scores]
    for observation, score in zip(found, said.scores, strict=True):
        assert observation["valueQuantity"]["value"] == pytest.approx(score.severity, abs=0.005)
        parts = {each["code"]["coding"][0]["code"]: each for each in observation["component"]}
        assert parts["sem"]["valueQuantity"]["value"] == pytest.approx(score.sem, abs=0.005)
        bounds = parts["reading-interval"]["valueRange"]
        assert bounds["low"]["value"] < bounds["high"]["value"]
        assert score.model in observation["method"]["text"]
        assert observation["status"] == "preliminary"
        assert len(observation["derivedFrom"]) == sum(view.shots for view in score.views)


def test_each_scale_is_told_with_its_source_and_a_range_where_something_is_missing(
    recorded: tuple[Clinic, Told],
) -> None:
    found = of_kind(bundle_of(*recorded), "Observation")
    ecca = next(each for each in found if each["code"]["coding"][0]["code"] == "ecca")
    assert "Dreno" in ecca["method"]["text"]
    assert ecca["valueRange"]["low"]["value"] < ecca["valueRange"]["high"]["value"]
    assert any(each["code"]["text"].startswith("icepick, by nurse") for each in ecca["component"])
    assert any("elastolysis" in each["text"] for each in ecca["note"])


def test_the_report_is_preliminary_and_says_verdict_limits_and_networks(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    said = measured(clinic, NURSE, networks(), told.course, ago(0))
    bundle = bundle_of(clinic, told)
    (report,) = of_kind(bundle, "DiagnosticReport")
    assert report["status"] == "preliminary"
    assert report["conclusion"] == f"{said.verdict.words} {DISCLAIMER}"
    for model in (said.model, said.region_model):
        for part in (model.name, model.version, model.sha256, f"licence class {model.licence_class}"):
            assert part in report["text"]["div"]
    devices = {each["identifier"][0]["value"]: each for each in of_kind(bundle, "Device")}
    assert set(devices) == {said.model.sha256, said.region_model.sha256}
    assert len(report["result"]) == len(of_kind(bundle, "Observation"))


def test_photos_are_told_of_and_their_content_only_when_asked_for(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    plain, full = bundle_of(clinic, told), bundle_of(clinic, told, pictures=True)
    assert {each["id"] for each in of_kind(plain, "Media")} == set(told.photos)
    assert all("data" not in each["content"] for each in of_kind(plain, "Media"))
    for media in of_kind(full, "Media"):
        data = base64.b64decode(media["content"]["data"])
        assert data == photo_bytes(clinic, NURSE, media["id"])
        assert media["identifier"][0]["value"] == hashlib.sha256(data).hexdigest()
        assert media["content"]["size"] == len(data)
        assert media["bodySite"]["text"] == "left cheek"
        assert media["deviceName"] == "ward camera"


def test_the_same_records_on_the_same_day_make_the_same_bytes(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    asked = Asked(told.course, ago(0))
    assert fhir_bundle(clinic, NURSE, networks(), asked) == fhir_bundle(clinic, NURSE, networks(), asked)


def test_a_course_on_an_earlier_day_holds_nothing_of_later_ones(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    bundle = json.loads(fhir_bundle(clinic, NURSE, networks(), Asked(told.course, ago(50))))
    Bundle.model_validate(bundle)
    assert {each["id"] for each in of_kind(bundle, "Media")} == set(told.photos[:2])
    assert of_kind(bundle, "DiagnosticReport")[0]["conclusionCode"][0]["text"] == "too early"


def test_an_erased_photo_is_not_told_of_and_no_course_is_an_error(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    told = patient_with_everything(clinic)
    erase_photo(clinic, ADMIN, told.photos[2])
    bundle = bundle_of(clinic, told, pictures=True)
    assert {each["id"] for each in of_kind(bundle, "Media")} == set(told.photos[:2])
    with pytest.raises(NotFound):
        fhir_bundle(clinic, NURSE, networks(), Asked("2" * 16, ago(0)))
    clinic.close()


def test_more_photos_than_go_into_one_bundle_are_refused_before_they_are_read(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    told = patient_with_everything(clinic)
    with clinic.database.write() as session:
        session.get_one(PhotoRow, told.photos[0]).size = LARGEST
    with pytest.raises(Invalid, match=r"without their content, or the patient as a zip"):
        fhir_bundle(clinic, NURSE, networks(), Asked(told.course, ago(0), pictures=True))
    assert fhir_bundle(clinic, NURSE, networks(), Asked(told.course, ago(0)))
    clinic.close()
