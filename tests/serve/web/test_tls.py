"""The certificate: the server's own is kept and made anew in time, a wrong one refused; and where it listens."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from scarscore.serve.errors import UsageError
from scarscore.serve.records.clinic import Place
from scarscore.serve.web import start, tls
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


def test_a_pair_that_does_not_belong_together_is_refused_at_the_start(tmp_path: Path) -> None:
    one, other = tls.self_signed(tmp_path / "one", NAMES), tls.self_signed(tmp_path / "other", NAMES)
    assert tls.given(one.certificate, one.key) == tls.Certificate(one.certificate, one.key)
    text = tmp_path / "notes.txt"
    text.write_text("no certificate", encoding="utf-8")
    for certificate, key in ((one.certificate, other.key), (text, one.key), (one.certificate, text)):
        with pytest.raises(UsageError, match="are no certificate and its key"):
            tls.given(certificate, key)


def test_a_key_with_a_pass_phrase_is_refused_and_nobody_asked_for_it(tmp_path: Path) -> None:
    made = tls.self_signed(tmp_path, NAMES)
    key = load_pem_private_key(made.key.read_bytes(), None)
    sealed = tmp_path / "sealed.pem"
    sealed.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a phrase")))
    with pytest.raises(UsageError, match="without a pass phrase"):
        tls.given(made.certificate, sealed)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_on_both_kinds_of_address_it_is_reached_by_both(tmp_path: Path) -> None:
    listening = start._listen(start.Wanted(Place(tmp_path), host="::", port=0))
    port = listening[0].getsockname()[1]
    try:
        for address in ("127.0.0.1", "::1"):
            with socket.create_connection((address, port), timeout=5) as connection:
                assert connection.getpeername()[0] == address
    finally:
        for each in listening:
            each.close()
