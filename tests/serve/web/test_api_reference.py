"""docs/api.md tells every route, its least role and what it is for, as they are."""

from __future__ import annotations

from pathlib import Path

from fastapi.routing import APIRoute, iter_route_contexts

from tests.api_reference import reference
from tests.serve.web.parts import Running
from tests.serve.web.routes_of import routes

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api.md"


def test_the_document_is_what_the_routes_say(shared_app: Running) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == reference(shared_app.app), "run: python -m tests.api_reference > docs/api.md"
    for method, path in routes(shared_app.app):
        assert f"| `{method} {path}` |" in text


def test_every_route_has_a_subject_a_summary_and_a_docstring(shared_app: Running) -> None:
    for context in iter_route_contexts(shared_app.app.routes):
        if isinstance(context.original_route, APIRoute):
            assert context.tags, context.path
            assert context.summary, context.path
            assert context.endpoint.__doc__, context.path


def test_openapi_tells_the_errors_of_every_route_that_needs_an_account(shared_app: Running) -> None:
    described = shared_app.client().get("/api/v1/openapi.json").json()
    assert len(described["paths"]) > 10
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            if path.startswith("/api/") and path not in ("/api/v1/setup", "/api/v1/sign-in"):
                assert "401" in told["responses"], f"{method} {path}"


def test_openapi_tells_what_any_route_may_answer_in_the_one_shape(shared_app: Running) -> None:
    described = shared_app.client().get("/api/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            for status in ("500", "503", "507") if path.startswith("/api/") else ():
                content = told["responses"][status]["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, f"{method} {path}"
    assert "HTTPValidationError" not in str(described)  # the framework's shape, which is answered nowhere
