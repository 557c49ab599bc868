"""What a user installs may be used in any clinic: no dependency's licence asks for a program's own source.

The closure of the base and of every extra but `test` is followed through the installed packages' own metadata, so that
a new release that changes its licence, or that brings in another package, is found here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = sorted(set(PROJECT["optional-dependencies"]) - {"test"})
# LGPL is no bar: these are called as they are. AGPL, GPL and those of vendors who sell exceptions are.
BARRED = re.compile(r"(?<!L)GPL|GNU (?!Lesser)|SSPL|\bBUSL\b|Elastic-2|Commons-Clause|NonCommercial", re.IGNORECASE)


def installed_with(extra: str) -> dict[str, str]:
    """Every package that this extra brings, with what it says of its licence."""
    waiting = list(_wanted([*PROJECT["dependencies"], *PROJECT["optional-dependencies"][extra]], ""))
    found: dict[str, str] = {}
    while waiting:
        requirement = waiting.pop()
        if requirement.name not in found:
            metadata = distribution(requirement.name).metadata
            fields = ("License-Expression", "License", "Classifier")
            told = [line[:80] for field in fields for line in metadata.get_all(field) or []]
            found[requirement.name] = " | ".join(told)
            for name in ("", *requirement.extras):
                waiting.extend(_wanted(distribution(requirement.name).requires or [], name))
    return found


def _wanted(lines: list[str], extra: str) -> Iterator[Requirement]:
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


@pytest.mark.parametrize("extra", EXTRAS)
def test_no_licence_asks_for_a_user_s_own_source(extra: str) -> None:
    barred = {name: told for name, told in installed_with(extra).items() if BARRED.search(told)}
    assert not barred


def test_the_closure_is_followed_and_barred_licences_are_seen() -> None:
    found = installed_with("serve")
    assert {"numpy", "fastapi", "starlette", "anyio", "idna"} <= found.keys()
    for told in ("AGPL-3.0-only", "GPL-3.0", "GNU Affero General Public License v3", "GNU General Public License"):
        assert BARRED.search(told)
    for told in ("LGPL-3.0-only", "GNU Lesser General Public License v3 (LGPLv3)", "Apache-2.0", "MIT"):
        assert not BARRED.search(told)
