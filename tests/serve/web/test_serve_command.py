"""A real `scarscore serve`: from an empty folder to a signed-in admin, and where it refuses to start."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.web.parts import PASSWORD
from tests.serve.web.server import Server, command, serving

ADMIN = {"login": "boss", "password": PASSWORD}


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on an empty folder, set up by its code; the tests of this file follow one another on it."""
    with serving(tmp_path_factory.mktemp("real") / "clinic") as running:
        with running.client() as client:
            done = client.post("/api/v1/setup", json={"code": running.code, "clinic": "Made-up", **ADMIN})
            assert done.status_code == 201, done.text
            running.log.with_suffix(".recovery").write_text(done.json()["recovery_key"])
        yield running


def data_of(server: Server) -> Path:
    return server.log.with_suffix("")


def test_a_clinic_is_set_up_and_its_admin_signed_in(server: Server) -> None:
    with server.client() as client:
        assert client.get("/livez").json() == {"alive": True}
        server.wait_until_ready()
        assert client.get("/readyz").json() == {"ready": True, "set_up": True}
        assert client.get("/api/v1/me").status_code == 401
        assert client.get("/", follow_redirects=True).url.path == "/sign-in"
        assert client.post("/api/v1/sign-in", json=ADMIN).status_code == 200
        assert client.get("/api/v1/me").json()["login"] == "boss"
        page = client.get("/", follow_redirects=True)
        assert "Made-up" in page.text
        assert "Not a diagnosis" in page.text
        assert client.post("/api/v1/sign-out").status_code == 204


def test_its_numbers_and_its_log_name_routes_and_no_ids(server: Server) -> None:
    with server.client() as client:
        client.post("/api/v1/sign-in", json=ADMIN)
        client.get("/api/v1/patients/a-very-telling-id")
        client.post("/api/v1/accounts/another-telling-id/deactivate")
        told = client.get("/metrics").text
        assert 'route="/api/v1/accounts/{account}/deactivate"' in told
        assert client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 200, "nobody is believed"
    log = server.log.read_text()
    assert "POST /api/v1/accounts/{account}/deactivate 404" in log
    for secret in ("telling-id", PASSWORD, "boss", server.code, "Traceback"):
        assert secret not in log + told


def test_on_loopback_it_answers_to_its_own_names_alone(server: Server) -> None:
    with server.client() as client:
        assert client.get("/livez", headers={"Host": "evil.example"}).status_code == 421


def test_an_endless_body_from_a_stranger_is_refused_unread(server: Server) -> None:
    """With a public route the limit holds; any other is refused before one byte of the body was taken in."""
    host, port = server.url.removeprefix("http://").split(":")
    for path, status, most in (("/api/v1/sign-in", b"413", 2_000_000), ("/api/v1/score", b"401", 2_000_000)):
        sent = 0
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n".encode()
            )
            answer = b""
            connection.settimeout(0.05)
            while not answer and sent < 200_000_000:
                try:
                    connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
                    sent += 65_536
                    answer = connection.recv(100)
                except TimeoutError:
                    continue
                except OSError:  # the server has closed the connection; what it said may still be read
                    answer = connection.recv(100)
            assert answer.startswith(b"HTTP/1.1 " + status), (path, answer)
            assert sent < most, path


def test_what_a_stranger_sends_is_written_nowhere(server: Server) -> None:
    """Linux counts every byte that a process writes, to files that are deleted at once too."""

    def written() -> int:
        counts = (Path("/proc") / str(server.process.pid) / "io").read_text()
        return int(counts.split("wchar: ")[1].split()[0])

    before = written()
    with server.client() as client:
        for path in ("/api/v1/sign-in", "/api/v1/setup", "/api/v1/score", "/nowhere"):
            answer = client.post(
                path, content=(b"x" * 65_536 for _ in range(40)), headers={"Content-Type": "multipart/form-data"}
            )
            assert answer.status_code in (401, 404, 413, 422), path
            assert answer.json()["error"]["reason"]
    assert written() - before < 65_536


def test_no_library_of_the_server_reports_to_its_maker(server: Server) -> None:
    """onnxruntime's telemetry leaves a file `.ses` in the temporary folder as soon as it is there."""
    environment = (Path("/proc") / str(server.process.pid) / "environ").read_bytes()
    server.wait_until_ready()
    assert b"TMPDIR=" in environment
    folder = Path(environment.split(b"TMPDIR=")[1].split(b"\0")[0].decode())
    assert not (folder / ".ses").exists()


def test_one_folder_is_served_once(server: Server) -> None:
    done = run("serve", "--data", str(data_of(server)), "--port", "0")
    assert done.returncode == 2
    assert f"process {server.process.pid}" in done.stderr


def test_the_command_line_looks_after_the_same_accounts(server: Server) -> None:
    data = ("--data", str(data_of(server)))
    other = "nine loud magpies"
    made = run("users", "add", "nora", "--role", "viewer", *data, typed=f"{other}\n{other}\n")
    assert made.returncode == 0, made.stderr
    with server.client() as client:
        assert client.post("/api/v1/sign-in", json={"login": "nora", "password": other}).status_code == 200
        reset = run("users", "reset-password", "nora", *data, typed=f"{PASSWORD}\n{PASSWORD}\n")
        assert reset.returncode == 0, reset.stderr
        assert client.get("/api/v1/me").status_code == 401
        assert client.post("/api/v1/sign-in", json={"login": "nora", "password": PASSWORD}).status_code == 200
        assert run("users", "deactivate", "nora", *data).returncode == 0
        assert client.get("/api/v1/me").status_code == 401
    listed = run("users", "list", *data).stdout
    assert "boss\tadmin\tactive" in listed
    assert "nora\tviewer\tclosed" in listed
    last = run("users", "deactivate", "boss", *data)
    assert last.returncode == 2
    assert "last admin" in last.stderr
    assert run("users", "deactivate", "ghost", *data).returncode == 2


def test_the_audit_log_is_proven_whole_and_a_changed_line_is_named(server: Server) -> None:
    import sqlite3

    data = ("--data", str(data_of(server)))
    whole = run("audit", "verify", *data)
    assert whole.returncode == 0
    assert "is whole" in whole.stdout
    with sqlite3.connect(data_of(server) / "records.db") as database:
        database.execute("DROP TRIGGER audit_no_update")
        (action,) = database.execute("SELECT action FROM audit WHERE number = 2").fetchone()
        database.execute("UPDATE audit SET action = 'nothing' WHERE number = 2")
    database.close()
    broken = run("audit", "verify", *data)
    assert broken.returncode == 1
    assert "line 2" in broken.stdout
    with sqlite3.connect(data_of(server) / "records.db") as database:
        database.execute("UPDATE audit SET action = ? WHERE number = 2", (action,))
    database.close()
    assert run("audit", "verify", *data).returncode == 0


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.6])
def test_it_ends_when_told_though_it_has_hardly_begun(seconds: float, tmp_path: Path) -> None:
    """Its processes load their networks then, and a thread draws the photo that they are tried with."""
    with serving(tmp_path / "clinic") as begun:
        time.sleep(seconds)
        assert begun.end() == 0
        assert "terminate" not in begun.log.read_text()


def test_it_ends_when_told_and_starts_again_with_what_was_there(server: Server) -> None:
    """The last test of the running server; then the lost key is brought back, and others are let in by TLS."""
    assert server.end() == 0
    data = data_of(server)
    (data / "keys" / "master.key").unlink()
    lost = run("serve", "--data", str(data), "--port", "0")
    assert lost.returncode == 2
    assert "vault recover" in lost.stderr
    wrong = run("vault", "recover", "--data", str(data), typed="AAAAA-BBBBB\n")
    assert wrong.returncode == 2
    recovery = server.log.with_suffix(".recovery").read_text()
    assert run("vault", "recover", "--data", str(data), typed=f"{recovery.lower()}\n").returncode == 0

    with serving(data, "--host", "0.0.0.0", "--tls", "self-signed") as again:
        assert again.url.startswith("https://")
        assert "one-time" not in again.said
        with again.client() as client:
            answer = client.post("/api/v1/sign-in", json=ADMIN)
            assert "__Host-scarscore" in answer.headers["set-cookie"]
            assert "Strict-Transport-Security" in answer.headers
            shown = client.get("/connect").text
            assert "<svg" in shown
        port = int(again.url.rpartition(":")[2])
        assert _fingerprint(port) in again.said
        assert _fingerprint(port) in shown


def _fingerprint(port: int) -> str:
    import hashlib

    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    return ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--host", "0.0.0.0"), "others can listen in"),
        (("--host", "::"), "others can listen in"),
        (("--host", "0.0.0.0", "--tls", "self-signed"), "nobody has an account here yet"),
        (("--host", "0.0.0.0", "--proxy", "192.0.2.1"), "nobody has an account here yet"),
        (("--proxy", "127.0.0.1"), "nobody has an account here yet"),
        (("--proxy", "nginx"), "the proxy's IP address"),
        (("--proxy", "127.0.0.1", "--tls", "self-signed"), "either a proxy encrypts"),
        (("--tls-key", "key.pem"), "goes with --tls"),
        (("--tls", "cert.pem"), "needs --tls-key"),
        (("--tls", "cert.pem", "--tls-key", "key.pem"), "there is no file"),
        (("--host", "192.0.2.1", "--tls", "self-signed"), "nobody has an account"),
        (("--database", "sqlite:////nowhere/at/all.db"), "cannot be opened"),
    ],
    ids=str,
)
def test_it_refuses_to_start_where_it_should_not(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    done = run("serve", "--data", str(tmp_path / "clinic"), "--port", "0", *options)
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--data", str(tmp_path / "clinic"), "--port", port)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr


def test_commands_make_no_clinic_where_none_is(tmp_path: Path) -> None:
    for words in (("users", "list"), ("users", "add", "x"), ("audit", "verify")):
        done = run(*words, "--data", str(tmp_path / "misspelt"))
        assert done.returncode == 2
        assert "there is no clinic" in done.stderr
    assert not (tmp_path / "misspelt").exists()


def test_networks_that_are_not_there_are_told_before_anything_is_made(tmp_path: Path) -> None:
    done = run("serve", "--data", str(tmp_path / "clinic"), "--port", "0", "--model", "deflaut")
    assert done.returncode == 2
    assert "no model named 'deflaut': there are default" in done.stderr
    assert not (tmp_path / "clinic").exists()
