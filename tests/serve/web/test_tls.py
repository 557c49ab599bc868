"""The certificate that the server makes for itself: kept, for the right names, made anew in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from scarscore.serve.web import tls
from scarscore.serve.web.hosts import is_loopback, own_addresses

NAMES = ("clinic.example", "192.0.2.7", "2001:db8::7")


def test_a_certificate_is_made_once_and_kept(tmp_path: Path) -> None:
    made = tls.self_signed(tmp_path / "tls", NAMES)
    kept = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert tls._names(kept) == set(NAMES)
    assert made.fingerprint == tls.fingerprint(kept)
    assert kept.not_valid_after_utc - kept.not_valid_before_utc <= timedelta(days=398)
    assert made.key.stat().st_mode & 0o077 == 0
    assert tls.self_signed(tmp_path / "tls", NAMES[:1]) == made


def test_a_new_one_is_made_for_another_name_before_its_end_and_where_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tls.self_signed(tmp_path, NAMES)
    second = tls.self_signed(tmp_path, (*NAMES, "other.example"))
    assert second.fingerprint != first.fingerprint
    second.certificate.write_text("damaged")
    third = tls.self_signed(tmp_path, NAMES)
    assert third.fingerprint != second.fingerprint
    monkeypatch.setattr(tls, "DAYS", 20)
    third.key.unlink()
    short = tls.self_signed(tmp_path, NAMES)
    assert tls.self_signed(tmp_path, NAMES).fingerprint != short.fingerprint, "it ends within a month"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
        ("192.0.2.7", False), ("no.such.name.invalid", False), ("", False),
    ],
)  # fmt: skip
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_own_addresses_are_none_of_loopback() -> None:
    assert not any(is_loopback(address) for address in own_addresses())
