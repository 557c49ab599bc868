"""What the tests of the web service share: a clinic that is set up, people of each role, a client for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from scarscore.model.bundle import DEFAULT
from scarscore.serve.batch.rows import networks_text
from scarscore.serve.records import intake
from scarscore.serve.records.accounts import create_account, identify, sign_in
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.scored import Scored
from scarscore.serve.records.setup import set_up
from scarscore.serve.records.tokens import create_token
from scarscore.serve.scoring.result import View
from scarscore.serve.scoring.score import Scorer
from scarscore.serve.web.app import create_app
from scarscore.serve.web.setup_code import OneTimeCode
from scarscore.serve.web.state import Service

PASSWORD = "seven quiet herons"
HOME = "http://localhost"
INLINE = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:"  # what no page may hold


@cache
def scorer() -> Scorer:
    return Scorer.load()


class InThisProcess:
    """The real networks, without processes of their own: tests of routes need no second one."""

    model = DEFAULT

    @property
    def networks(self) -> str:
        return networks_text(scorer().model, scorer().region_model)

    def score(self, upload: bytes, view: View | None, *, judge: bool = True, guess: bool = False) -> Scored:
        return intake.prepare(upload, view, scorer(), judge=judge, guess=guess)

    def again(self, stored: bytes, view: View, *, front_camera: bool) -> Scored:
        return intake.again(stored, view, scorer(), front_camera=front_camera)


@dataclass(frozen=True)
class Running:
    """An application over a clinic of its own, with an account of each role, named for it."""

    app: FastAPI
    clinic: Clinic

    @property
    def service(self) -> Service:
        found = self.app.state.service
        assert isinstance(found, Service)
        return found

    def client(self, role: Role | None = None, *, base: str = HOME) -> TestClient:
        """A browser: signed in as somebody of that role, or as nobody."""
        client = TestClient(self.app, base_url=base, raise_server_exceptions=False, follow_redirects=False)
        if role is not None:
            cookie, _ = sign_in(self.clinic, role.value, PASSWORD, "testclient")
            client.cookies.set(self.service.cookie, cookie)
        return client

    def program(self, role: Role) -> TestClient:
        """A program with a token of that role."""
        client = self.client()
        client.headers["Authorization"] = f"Bearer {create_token(self.clinic, self.who(role), 'test', role)[0]}"
        return client

    def who(self, role: Role) -> Who:
        """Somebody of that role."""
        found = identify(self.clinic, cookie=sign_in(self.clinic, role.value, PASSWORD, "testclient")[0])
        assert found is not None
        return found


def running(folder: Path, *, secure: bool = False) -> Running:
    """A clinic that was set up in that folder, with somebody of each role."""
    place = Place(folder)
    clinic, _ = set_up(place, "The Made-up Clinic", Role.ADMIN.value, PASSWORD)
    for role in (Role.VIEWER, Role.PRACTITIONER):
        create_account(clinic, None, role.value, PASSWORD, role)
    return Running(create_app(Service(place, InThisProcess(), clinic, secure=secure)), clinic)


def fresh(folder: Path, code: str = "ABCD-EFGH-JKLM") -> FastAPI:
    """An application that has still to be set up."""
    folder.mkdir(exist_ok=True)
    return create_app(Service(Place(folder), InThisProcess(), setup_code=OneTimeCode(code)))
