"""docs/records.md says what the code does: its figures, formats, files and routes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scarscore.serve.records import backup, comparisons, database, intake, keys, pool, settings, verdicts
from scarscore.serve.records.exports import dicom, fhir, gather, tables, transfer
from scarscore.serve.records.exports.fhir_observations import SYSTEM
from scarscore.serve.web.access import ACCESS
from scarscore.serve.web.routes import health

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
PLAIN = " ".join(TEXT.split())


@pytest.mark.parametrize(
    "said",
    [
        f"waits up to {database.WAIT} seconds",
        f"`{database.FILE}`",
        f"`keys/{keys.MASTER}`",
        f"`keys/{keys.RECOVERY}`",
        f"{5 * keys._GROUPS[0] * keys._GROUPS[1]} random bits",
        f"at most {intake.LONG_SIDE:,} px long",
        f"takes more than {pool.LIMIT:.0f} seconds",
        f"at quality {intake.QUALITY}",
        f"have {health.LEAST // 1_000_000} MB left",
        f"up to {transfer.LARGEST // 1_000_000} MB",
        f"format `{transfer.FORMAT}`, version {transfer.VERSION}",
        f"`{transfer.RECORDS}`",
        f"`{dicom.VL_PHOTOGRAPHIC}`",
        f"up to {fhir.LARGEST // 1_000_000} MB in all",
        f"`{SYSTEM}:codes`",
        f"({settings.RETENTION_YEARS} at set-up)",
        f"{settings.MOST_ERRORS} at most",
        f"{comparisons.KEPT} pairs at most",
        f"{verdicts.KEPT} courses at most",
        "synchronous=FULL",
    ],
)
def test_the_document_says_what_the_code_does(said: str) -> None:
    assert said in PLAIN


def test_every_letter_of_a_recovery_key_stands_for_five_bits() -> None:
    assert len(set(keys.LETTERS)) == 2**5


def test_every_table_and_every_subject_is_named() -> None:
    made = tables.tables(gather.Gathered(patients=()))
    assert [name for name in made if f"`{name}.csv`" not in TEXT] == []
    assert [name for name in gather.SUBJECTS if name not in TEXT] == []


def test_every_route_in_it_exists() -> None:
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/api/v1/[^`]+)`", TEXT)
    known = {(method, re.sub(r"\{\w+\}", "{id}", path)) for method, path in ACCESS}
    assert len(named) > 6
    assert [each for each in named if each not in known] == []


def test_the_backups_format_is_not_the_exports() -> None:
    assert len({backup.FORMAT, transfer.FORMAT, tables.FORMAT}) == 3
