"""A server that is killed at any moment of an upload loses nothing that it has acknowledged.

SIGKILL, twenty times, at a random moment while photos are being uploaded; then the server is started again on the same
folder, and everything that was answered with 201 must be there, readable and scored, and the audit chain whole.
"""

from __future__ import annotations

import hashlib
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx
import numpy as np

from scarscore.datasets.synthetic.course import healing_course
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.records.accounts import identify, sign_in
from scarscore.serve.records.clinic import Place
from scarscore.serve.records.people import Role
from scarscore.serve.records.setup import set_up
from scarscore.serve.records.tokens import create_token
from tests.serve.web.parts import PASSWORD
from tests.serve.web.server import Server, serving

KILLS = 20
LONGEST = 0.6  # seconds between the first acknowledged photo and a kill: about two uploads
FIRST = 60.0  # seconds that a busy machine may take for the first
CLIENTS = 2


@dataclass
class Uploads:
    """What was acknowledged: photo id -> SHA-256 of the bytes that are stored; and answers that should not have come.

    `token` is the key of the program that uploads: a sign-in that is killed half way counts as a failed one.
    """

    token: str
    kept: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def photo(number: int) -> bytes:
    """One synthetic cheek with a pixel of its own, so that no two uploads are the same file."""
    pixels = _CHEEK.copy()
    pixels[0, :4] = np.frombuffer(hashlib.sha256(str(number).encode()).digest()[:12], np.uint8).reshape(4, 3)
    return as_jpeg(pixels)


_CHEEK = healing_course(7, 2)[0].pixels


@contextmanager
def program(server: Server, token: str) -> Iterator[httpx.Client]:
    with server.client() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def upload(server: Server, visit: str, uploads: Uploads, until: threading.Event) -> None:
    """Send one photo after another until the server is gone."""
    with suppress(httpx.HTTPError), program(server, uploads.token) as client:
        while not until.is_set():
            with uploads.lock:
                uploads.sent += 1
                number = uploads.sent
            answer = client.post(f"/api/v1/visits/{visit}/photos?view=closeup", content=photo(number))
            with uploads.lock:
                if answer.status_code != 201:
                    uploads.wrong.append(answer.text)
                    return
                uploads.kept[answer.json()["id"]] = answer.json()["sha256"]


def begun(folder: Path) -> str:
    """A clinic that is set up, and a token of its admin's."""
    clinic, _ = set_up(Place(folder), "Made-up", "boss", PASSWORD)
    boss = identify(clinic, cookie=sign_in(clinic, "boss", PASSWORD, "127.0.0.1")[0])
    assert boss is not None
    token, _ = create_token(clinic, boss, "uploads", Role.ADMIN)
    clinic.close()
    return token


def a_visit(client: httpx.Client) -> str:
    patient = client.post("/api/v1/patients", json={}).json()["id"]
    course = client.post(f"/api/v1/patients/{patient}/courses", json={}).json()["id"]
    day = str(date.today() - timedelta(days=1))
    visit: str = client.post(f"/api/v1/courses/{course}/visits", json={"day": day}).json()["id"]
    return visit


def killed_once(folder: Path, visit: str | None, uploads: Uploads, wait: float) -> str:
    """Start, check what was kept, upload, kill; the visit."""
    with serving(folder) as server:
        with program(server, uploads.token) as client:
            visit = visit or a_visit(client)
            check(client, visit, uploads)
        stop = threading.Event()
        senders = [threading.Thread(target=upload, args=(server, visit, uploads, stop)) for _ in range(CLIENTS)]
        for sender in senders:
            sender.start()
        before, until = len(uploads.kept), time.monotonic() + FIRST
        while len(uploads.kept) == before and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(wait)
        server.end(signal.SIGKILL)
        stop.set()
        for sender in senders:
            sender.join(60)
    return visit


def check(client: httpx.Client, visit: str, uploads: Uploads) -> None:
    """Everything acknowledged is listed and scored; three of them, drawn at random, are read as they were stored."""
    listed = {each["id"]: each for each in client.get(f"/api/v1/visits/{visit}/photos").json()}
    assert set(uploads.kept) <= set(listed)
    for each in listed.values():
        assert each["score"]["score"]["severity"] >= 0.0
    for name in random.Random(len(listed)).sample(sorted(listed), min(3, len(listed))):
        image = client.get(f"/api/v1/photos/{name}/image").content
        assert hashlib.sha256(image).hexdigest() == listed[name]["sha256"]
        assert uploads.kept.get(name, listed[name]["sha256"]) == listed[name]["sha256"]


def test_twenty_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    folder, visit = tmp_path / "clinic", None
    uploads, chance = Uploads(begun(folder)), random.Random(8)
    for _ in range(KILLS):
        visit = killed_once(folder, visit, uploads, chance.uniform(0.0, LONGEST))
    assert uploads.wrong == []
    assert len(uploads.kept) >= KILLS
    with serving(folder) as server, program(server, uploads.token) as client:
        assert visit is not None
        check(client, visit, uploads)
        assert client.get("/api/v1/audit/verify").json()["whole"] is True
