"""The first pages: set-up, sign-in, and how a tablet gets in; and the files that pages are made with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from scarscore.serve.records.errors import NotFound
from scarscore.serve.records.people import Who
from scarscore.serve.web.pages import STATIC, clinic_page, page, qr_code
from scarscore.serve.web.state import Asker, Open, Served, asking

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/", summary="Home")
def home(served: Served, who: Annotated[Who | None, Depends(asking)]) -> Response:
    """Where everything begins; leads to the set-up or to the sign-in where that comes first."""
    if served.clinic is None:
        return RedirectResponse("/setup", 303)
    if who is None:
        return RedirectResponse("/sign-in", 303)
    return RedirectResponse("/patients", 303)


@router.get("/setup", summary="Set-up page")
def setup_page(served: Served) -> Response:
    """The page that sets a clinic up, until it is."""
    return RedirectResponse("/sign-in", 303) if served.clinic is not None else page("setup")


@router.get("/sign-in", summary="Sign-in page")
def sign_in_page(served: Served) -> Response:
    """The page on which people sign in."""
    return RedirectResponse("/setup", 303) if served.clinic is None else page("sign-in")


@router.get("/connect", summary="Page that brings a tablet in")
def connect_page(served: Served, clinic: Open, who: Asker, request: Request) -> Response:
    """The server's addresses as codes for a tablet's camera. They hold no secret: whoever comes must sign in."""
    addresses = (str(request.base_url),) if served.proxied else served.addresses
    codes = [(address, qr_code(address)) for address in addresses]
    return clinic_page(clinic, who, "connect", "connect", codes=codes, fingerprint=served.fingerprint)


@router.get("/account", summary="One's own account")
def account_page(clinic: Open, who: Asker) -> Response:
    """One's own name, role and password."""
    return clinic_page(clinic, who, "account", "account")


@router.get("/static/{name}", summary="A style sheet, script or picture of the pages")
def static(name: str) -> Response:
    """One of a fixed list of files, so that no name reaches the disk."""
    if name not in STATIC:
        raise NotFound("there is no such file")
    return FileResponse(STATIC[name])
