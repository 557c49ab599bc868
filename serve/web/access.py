"""Which role each route of the API needs: the one table, which every request is held against.

A route that does not stand here is refused to everybody, and tests/serve/web/test_access.py fails for it.
"""

from __future__ import annotations

from scarscore.serve.records.people import Role

PUBLIC = None
VIEWER, PRACTITIONER, ADMIN = Role.VIEWER, Role.PRACTITIONER, Role.ADMIN

# (method, path) -> the least role, or PUBLIC.
ACCESS: dict[tuple[str, str], Role | None] = {
    ("GET", "/livez"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,  # on loopback alone
}


def least_role(method: str, path: str) -> Role | None:
    """The least role that a route needs, None where everybody may. Raises `KeyError` for a route that is not listed."""
    return ACCESS[method, path]
