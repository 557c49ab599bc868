"""Makes `docs/api.md` from the routes themselves: `python -m tests.api_reference > docs/api.md`.

A test fails while the file differs from what this prints.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from scarscore.serve.web.access import ACCESS, PUBLIC
from tests.serve.web.parts import fresh

HEAD = """# The API
Made from the routes themselves: `python -m tests.api_reference > docs/api.md`. A test compares the two.

`scarscore serve` answers at the address that it prints. `GET /api/v1/openapi.json` describes every body and answer, for
programs that make a client of it. A program sends `Authorization: Bearer scarscore_…`, a token that somebody made at
`POST /api/v1/tokens`; a browser has a cookie. Each role may do what those before it may: viewer, practitioner, admin.

Every error has one shape: `{"error": {"reason": "not_found", "message": "…"}}`. `reason` is a word for programs,
`message` a sentence for people. 401: nobody is signed in; 403: this role may not, another website asked, or it came
past the proxy unencrypted; 404: there is no such thing, or it was erased; 409: it contradicts what is recorded; 413:
too large; 422: it cannot be, or the photo is refused (`reason` is the refusal's, as in [quality.md](quality.md)); 429
and 503: later, see `Retry-After`; 500: the server failed, and its log names the kind of error; 507: no room on the
disk. Reading, too, can end in 500, 503 and 507, since it is audited.
"""


def reference(app: FastAPI) -> str:
    """The whole reference: a table of routes for each subject."""
    tables: dict[str, list[str]] = {}
    for context in iter_route_contexts(app.routes):
        methods = sorted((context.methods or set()) - {"HEAD", "OPTIONS"})
        for method in methods:
            # The framework's own route for the OpenAPI document has neither subject nor summary.
            subject = str(next(iter(getattr(context, "tags", ())), "description"))
            summary = getattr(context, "summary", None) or "This API, as OpenAPI describes it"
            least = ACCESS[method, context.path]
            role = "anybody" if least is PUBLIC else least.value
            tables.setdefault(subject, []).append(f"| `{method} {context.path}` | {role} | {summary} |")
    parts = [HEAD]
    for subject, rows in tables.items():
        title = subject[0].upper() + subject[1:]
        parts.append("\n".join((f"## {title}", "| route | least role | |", "| --- | --- | --- |", *rows, "")))
    return "\n".join(parts)


def made() -> str:
    """The reference of the application as it is."""
    with tempfile.TemporaryDirectory() as folder:
        return reference(fresh(Path(folder) / "clinic"))


if __name__ == "__main__":
    print(made(), end="")
