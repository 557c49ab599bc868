"""Patients and what they consent to: names sealed, pseudonyms unique, consents dated and never rewritten."""

from __future__ import annotations

import re

import pytest

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, give_consent, has_consent, read_consents, withdraw_consent
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.patients import correct_patient, create_patient, patient, patients
from scarscore.serve.records.tables import AuditRow, PatientRow
from tests.serve.records.parts import ADMIN, NURSE, each_database, lines, settle_in

NAME = "Niobe Markér"


@each_database
def test_a_pseudonym_is_made_where_none_is_given(clinic: Clinic) -> None:
    made = [create_patient(clinic, NURSE, pseudonym=None, name=None) for _ in range(20)]

    assert all(re.fullmatch(r"P-[2-9A-Z]{5}", each.pseudonym) for each in made)
    assert len({each.pseudonym for each in made}) == 20
    assert patient(clinic, NURSE, made[0].id) == made[0]


def test_a_name_is_found_but_stands_nowhere_in_the_records(here: Clinic) -> None:
    made = create_patient(here, NURSE, pseudonym="P-017", name=f"  {NAME} ")

    assert made.name == NAME
    assert [each.id for each in patients(here, NURSE, "markÉR")] == [made.id]
    assert [each.id for each in patients(here, NURSE, "p-01")] == [made.id]
    assert patients(here, NURSE, "somebody else") == ()
    with here.database.read() as session:
        sealed = session.get(PatientRow, made.id)
        told = repr([(row.action, row.object, row.detail) for row in session.query(AuditRow)])
    assert sealed is not None
    assert sealed.sealed_name is not None
    assert NAME.encode() not in sealed.sealed_name
    assert "Mark" not in told
    assert "mark" not in told


def test_a_sealed_name_cannot_be_moved_to_another_patient(here: Clinic) -> None:
    one, other = (create_patient(here, NURSE, pseudonym=None, name=name) for name in (NAME, "Somebody"))
    with here.database.write() as session:
        rows = {row.id: row for row in session.query(PatientRow)}
        rows[other.id].sealed_name = rows[one.id].sealed_name

    with pytest.raises(Exception, match="not what was written"):
        patient(here, NURSE, other.id)


@pytest.mark.parametrize("bad", ["", " ", "Niobe Marker", "../etc", "P" * 41, "P\0", "-x", "=cmd"])
def test_a_pseudonym_that_could_be_a_name_or_a_path_is_refused(here: Clinic, bad: str) -> None:
    with pytest.raises(Invalid):
        create_patient(here, NURSE, pseudonym=bad, name=None)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("\u0646\u06cc\u06a9\u200c\u067e\u06cc", "\u0646\u06cc\u06a9\u200c\u067e\u06cc"),  # joiners are spelling
        ("\u0928\u0947\u092a\u093e\u0932\u094d\u200d", "\u0928\u0947\u092a\u093e\u0932\u094d\u200d"),
        ("O\u00a0Brien\u2009", "O Brien"),  # as pasted out of a document
    ],
)
def test_a_name_is_taken_as_it_is_spelt(here: Clinic, name: str, kept: str) -> None:
    assert patient(here, NURSE, create_patient(here, NURSE, pseudonym=None, name=name).id).name == kept


@pytest.mark.parametrize("bad", ["x" * 201, "a\nb", "a\0b", "a\u202eb", "\u2066a", "a\u2028b"])
def test_a_name_that_cannot_be_one_is_refused(here: Clinic, bad: str) -> None:
    with pytest.raises(Invalid):
        create_patient(here, NURSE, pseudonym=None, name=bad)


@each_database
def test_two_patients_never_share_a_pseudonym_however_it_is_written(clinic: Clinic) -> None:
    create_patient(clinic, NURSE, pseudonym="P-abc", name=None)
    other = create_patient(clinic, NURSE, pseudonym="P-xyz", name=None)

    with pytest.raises(Conflict):
        create_patient(clinic, NURSE, pseudonym="P-ABC", name=None)
    with pytest.raises(Conflict):
        correct_patient(clinic, NURSE, other.id, pseudonym="p-abc")


def test_a_corrected_pseudonym_is_audited_and_a_corrected_name_only_that_it_was(here: Clinic) -> None:
    made = create_patient(here, NURSE, pseudonym="P-one", name=NAME)

    corrected = correct_patient(here, NURSE, made.id, pseudonym="P-two", name="Another Name")
    assert (corrected.pseudonym, corrected.name) == ("P-two", "Another Name")
    assert correct_patient(here, NURSE, made.id, name=None).name is None
    assert correct_patient(here, NURSE, made.id, pseudonym="P-two").pseudonym == "P-two"

    first, second, third = (line.detail for line in lines(here, f"patient/{made.id}", "correct"))
    assert first == {"pseudonym": ["P-one", "P-two"], "name": "name changed"}
    assert second == {"name": "name changed"}
    assert third == {}


@each_database
def test_consents_are_dated_withdrawn_and_never_overwritten(clinic: Clinic) -> None:
    who = create_patient(clinic, NURSE, pseudonym=None, name=None)

    first = give_consent(clinic, NURSE, who.id, Use.RESEARCH)
    with pytest.raises(Conflict):
        give_consent(clinic, NURSE, who.id, Use.RESEARCH)
    ended = withdraw_consent(clinic, NURSE, who.id, Use.RESEARCH)
    with pytest.raises(NotFound):
        withdraw_consent(clinic, NURSE, who.id, Use.RESEARCH)
    again = give_consent(clinic, NURSE, who.id, Use.RESEARCH)

    assert read_consents(clinic, NURSE, who.id) == (ended, again)
    assert (ended.id, ended.given) == (first.id, first.given)
    assert ended.withdrawn is not None
    with clinic.database.read() as session:
        assert has_consent(session, who.id, Use.RESEARCH)
        assert not has_consent(session, who.id, Use.PUBLICATION)
    acts = [line.action for line in lines(clinic, f"patient/{who.id}")]
    assert acts == ["create", "consent", "withdraw", "consent", "read"]


@each_database
@pytest.mark.parametrize("bad", ["", "nobody", "../../etc/passwd", "a\0b", "x" * 4000, "%2e%2e", "' OR 1=1"])
def test_an_id_that_is_none_finds_nothing(clinic: Clinic, bad: str) -> None:
    for act in (
        lambda: patient(clinic, NURSE, bad),
        lambda: correct_patient(clinic, NURSE, bad, name="x"),
        lambda: give_consent(clinic, NURSE, bad, Use.CARE),
        lambda: read_consents(clinic, NURSE, bad),
    ):
        with pytest.raises(NotFound):
            act()


def test_an_erased_patient_can_be_read_and_not_changed(here: Clinic) -> None:
    settle_in(here)
    who = create_patient(here, NURSE, pseudonym="P-gone", name=NAME)
    erase_patient(here, ADMIN, who.id)

    tombstone = patient(here, NURSE, who.id)
    assert (tombstone.pseudonym, tombstone.name, tombstone.erased is not None) == ("P-gone", None, True)
    assert patients(here, NURSE) == ()
    with pytest.raises(NotFound, match="erased"):
        correct_patient(here, NURSE, who.id, name=NAME)
    with pytest.raises(NotFound):
        give_consent(here, NURSE, who.id, Use.CARE)
    with pytest.raises(Conflict):  # a pseudonym is never given twice
        create_patient(here, NURSE, pseudonym="P-gone", name=None)
