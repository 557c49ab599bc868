"""A patient's zip that was forged, its manifest made to fit: nothing of it is taken in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use
from scarscore.serve.records.errors import Invalid
from scarscore.serve.records.exports.transfer import export_patient
from tests.serve.records.parts import NURSE
from tests.serve.records.told import (
    Records,
    Told,
    another,
    joined,
    nothing_is_there,
    patient_with_everything,
    signed,
    taken_in,
    unzipped,
    with_records,
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Told, bytes]]:
    """A clinic with one patient, and that patient's zip, which tests may change a copy of."""
    clinic = another(tmp_path_factory.mktemp("from"))
    told = patient_with_everything(clinic, Use.CARE)
    yield clinic, told, joined(export_patient(clinic, NURSE, told.patient))
    clinic.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Clinic]:
    clinic = another(tmp_path)
    yield clinic
    clinic.close()


def _set(subject: str, field: str, value: object, number: int = 0) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        records[subject][number][field] = value

    return change


def _answer(field: str, value: object) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        records["scores"][0]["answer"][field] = value

    return change


FORGED: dict[str, Callable[[Records], None]] = {
    "an id that is a path": _set("photos", "id", "../../../etc/pwd"),
    "an id of another shape": _set("patients", "id", "A" * 16),
    "somebody else's course": _set("visits", "course_id", "2" * 16),
    "a photo of no visit": _set("photos", "visit_id", "2" * 16),
    "an unknown field": _set("patients", "wrapped_key", "AAAA"),
    "a view that does not exist": _set("photos", "view", "above"),
    "a region that does not exist": _set("photos", "region", "knee"),
    "a severity of 101": _set("scores", "severity", 101),
    "a severity that is not its answer's": _set("scores", "severity", 1.5),
    "an answer with more in it": _answer("note", "<script>"),
    "an answer of no reason": _answer("severity", "high"),
    "a finding of no scale": _set("findings", "item", "nonsense"),
    "a finding out of range": _set("findings", "value", -3),
    "a day in the future": _set("visits", "day", "2999-01-01"),
    "recorded in the future": _set("visits", "created", "2999-01-01T00:00:00Z"),
    "recorded before the calendar begins": _set("visits", "created", "0001-01-01T00:00:00+14:00"),
    "a moment without a zone": _set("patients", "created", "2026-01-01T00:00:00"),
    "a plan of 99 sessions": _set("courses", "sessions", 99),
    "a needle of 9 mm": _set("sessions", "depths", {"chin": 9}),
    "two patients": lambda records: records["patients"].append(records["patients"][0]),
    "no patient": lambda records: records["patients"].clear(),
    "an erased patient": _set("patients", "erased", "2026-01-01T00:00:00Z"),
    "the same photo twice": lambda records: records["photos"].append(records["photos"][0]),
    "a photo that is not in the zip": lambda records: records["photos"].append(records["photos"][0] | {"id": "2" * 16}),
    "another size": _set("photos", "width", 1),
    "another digest": _set("photos", "sha256", "0" * 64),
    "needling on no session's day": _set("visits", "needling", "after"),
}


SAID: dict[str, tuple[Callable[[Records], None], str]] = {
    "a finding by the network": (_set("findings", "by", "model"), "which nobody enters"),
    "a NUL in a name": (_set("patients", "name", "a\0b"), "cannot be printed"),
    "a NUL in a device": (_set("sessions", "device", "a\0b"), "cannot be printed"),
    "a NUL in who found it": (_set("findings", "by", "a\0b"), "cannot be printed"),
    "blanks around a device": (_set("sessions", "device", " Pen"), "blanks around"),
    "21 treatments": (_set("sessions", "treatments", ["ice"] * 21), "20 treatments"),
    "a caution without a name": (_set("courses", "cautions", [{"name": " "}]), "needs a name"),
    "a caution twice": (_set("courses", "cautions", [{"name": "keloids"}] * 2), "may stand once"),
    "61 cautions": (_set("courses", "cautions", [{"name": f"{n}"} for n in range(61)]), "60 cautions"),
    "a caution's name of 201 signs": (_set("courses", "cautions", [{"name": "x" * 201}]), "200 characters"),
    "a NUL in a caution": (_set("courses", "cautions", [{"name": "a", "by": "\0"}]), "cannot be printed"),
    "more bytes than a database counts": (_set("photos", "size", 1 << 31), r"at photos\.0\.size"),
}


@pytest.mark.parametrize("what", SAID)
def test_what_nobody_could_have_entered_here_is_refused_with_its_reason(
    exported: tuple[Clinic, Told, bytes], there: Clinic, what: str
) -> None:
    change, said = SAID[what]
    with pytest.raises(Invalid, match=said):
        taken_in(there, with_records(exported[2], change))
    assert nothing_is_there(there)


@pytest.mark.parametrize("what", FORGED)
def test_forged_records_are_refused_whole(exported: tuple[Clinic, Told, bytes], there: Clinic, what: str) -> None:
    with pytest.raises(Invalid):
        taken_in(there, with_records(exported[2], FORGED[what]))
    assert nothing_is_there(there)


def test_a_photo_with_metadata_or_something_behind_it_is_refused(
    exported: tuple[Clinic, Told, bytes], there: Clinic
) -> None:
    files = unzipped(exported[2])
    name = next(each for each in files if each.startswith("photos/"))
    photo = files[name]
    comment, scan = b"\xff\xfe\x00\x07where", photo.index(b"\xff\xda")
    profile = b"\xff\xe2\x00\x20ICC_PROFILE\0\x01\x01".ljust(34, b"x")
    for body in (
        photo[:2] + comment + photo[2:],
        photo[:scan] + comment + photo[scan:],
        photo[:-2] + comment + photo[-2:],
        photo[:20] + profile + photo[20:],
        photo[:20] + photo[2:20] + photo[20:],
        photo[:2] + b"\xff\xe0\x00\x13JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc" + photo[20:],
        photo + b"<?php",
        b"GIF89a" + photo[6:],
    ):
        records = json.loads(files["patient.json"])
        row = next(each for each in records["photos"] if each["id"] in name)
        row |= {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
        forged = files | {name: body, "patient.json": json.dumps(records).encode()}
        with pytest.raises(Invalid, match="not such a JPEG"):
            taken_in(there, signed(forged))
    assert nothing_is_there(there)
