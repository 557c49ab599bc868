"""The certificate by which the server encrypts: the clinic's, or for a clinic without one, one that it makes itself.

Its own is kept in the data folder. A start makes it anew in its last 30 days; a server that runs on keeps the one that
it began with. It encrypts, and a browser that has seen it once knows it again. That it is this server's, nobody vouches
for: the first time, compare its fingerprint with the one that the terminal and the page for tablets show.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from scarscore.serve.errors import UsageError
from scarscore.serve.records.clinic import now
from scarscore.serve.records.durable import put_file
from scarscore.serve.web.hosts import ANY

DAYS = 397  # the longest that browsers accept for any certificate
RENEW = timedelta(days=30)  # before its end


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate and its key (PEM), and its SHA-256 fingerprint if the server made it itself."""

    certificate: Path
    key: Path
    fingerprint: str = ""


def given(certificate: Path, key: Path | None) -> Certificate:
    """A certificate that the clinic has. Raises `UsageError` unless the files hold it and its key."""
    if key is None:
        raise UsageError("--tls with a certificate's file needs --tls-key with the file of its key")
    for path in (certificate, key):
        if not path.is_file():
            raise UsageError(f"there is no file {path}; `--tls self-signed` makes a certificate")
    try:
        # No pass phrase: with none given here, the terminal would be asked for it, and a server starts without anybody.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise UsageError(
            f"{certificate} and {key} are no certificate and its key, in PEM and without a pass phrase: {why}"
        ) from None
    return Certificate(certificate, key)


def self_signed(folder: Path, names: Sequence[str]) -> Certificate:
    """The server's own certificate for these names and addresses; the kept one, unless it ends soon or lacks one."""
    kept = Certificate(folder / "certificate.pem", folder / "key.pem")
    found = _read(kept)
    if found is None or found.not_valid_after_utc < now() + RENEW or not set(names) <= _names(found):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = _make(kept, names)
    return Certificate(kept.certificate, kept.key, fingerprint(found))


def fingerprint(certificate: x509.Certificate) -> str:
    """Its SHA-256, as browsers show it."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def names_of_this_machine(host: str, addresses: Sequence[str]) -> tuple[str, ...]:
    """By what a browser may call this server."""
    own = (host, socket.gethostname(), "localhost", "127.0.0.1", *addresses)
    known = (name.partition("%")[0] for name in own)
    return tuple(dict.fromkeys(name for name in known if name and name not in ANY))


def _read(kept: Certificate) -> x509.Certificate | None:
    try:
        if not kept.key.is_file():
            return None
        return x509.load_pem_x509_certificate(kept.certificate.read_bytes())
    except (OSError, ValueError):
        return None


def _names(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = found.get_values_for_type(x509.IPAddress)
    return {*found.get_values_for_type(x509.DNSName), *(str(address) for address in addresses)}


def _make(kept: Certificate, names: Sequence[str]) -> x509.Certificate:
    key, at = ec.generate_private_key(ec.SECP256R1()), now()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scarscore")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))  # a tablet's clock may be behind
        .not_valid_after(at + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, SHA256())
    )
    put_file(kept.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    put_file(kept.certificate, made.public_bytes(Encoding.PEM), mode=0o644)
    return made


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
