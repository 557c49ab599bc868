"""Keeps other websites from acting in the name of somebody who is signed in here (CSRF).

The threat: a page that a practitioner opens elsewhere makes her browser send a request to this server, and the browser
adds her cookie. The page cannot read the answer, but a photo would be moved or a patient erased all the same. Cookies
are SameSite=Lax, which stops most of it; not another program on the same machine or site, whose pages are same-site.

So a request that may change something must say where it comes from, in headers that no page can set or take away:

* `Sec-Fetch-Site` is sent by every current browser (to HTTPS and to loopback): only `same-origin`, and `none` (the
  user herself: typed, bookmarked), may pass.
* Without it, `Origin` must name the very host that the request was sent to: older browsers.
* Without both it is no browser, hence nobody's cookie is sent along unasked: scripts, `curl`.
* A bearer token without any cookie passes before all that: browsers never add one by themselves.

The algorithm is Filippo Valsorda's (https://words.filippo.io/csrf/), as in Go 1.25's `http.CrossOriginProtection` and
in datasette's `csrf.py`. What it relies on: reading (GET, HEAD, OPTIONS) changes nothing but the audit log.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from scarscore.serve.web.problems import problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TRUSTED = frozenset({"same-origin", "none"})


class CrossSite:
    """Turns away requests that another website made a browser send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 before anything of its body is read."""
        if scope["type"] != "http" or scope["method"] in SAFE or passes(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        told = "another website made this request, so it was not carried out: open the page itself and try again"
        await problem(403, "cross_site", told)(scope, receive, send)


def passes(headers: Headers) -> bool:
    """Whether an unsafe request with these headers was made by this site's own pages, or by no browser at all."""
    kind = headers.get("authorization", "").partition(" ")[0].lower()
    if kind == "bearer" and "cookie" not in headers:
        return True
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in _TRUSTED
    if (origin := headers.get("origin")) is None:
        return True
    return _same_host(origin, headers.get("host", ""))


def _same_host(origin: str, host: str) -> bool:
    # Scheme and all that follows the host are left out: a proxy may have ended TLS. `null` has no host at all.
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:  # no origin that a browser writes, as `http://[`
        return False
