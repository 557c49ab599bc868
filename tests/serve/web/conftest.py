"""A running clinic for the tests of the web service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.web import parts


@pytest.fixture
def clinic_app(tmp_path: Path) -> Iterator[parts.Running]:
    """A clinic that is set up, with an account of each role."""
    made = parts.running(tmp_path / "clinic")
    yield made
    made.clinic.close()


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[parts.Running]:
    """The same once for a file whose tests do not mind what the others entered."""
    made = parts.running(tmp_path_factory.mktemp("shared") / "clinic")
    yield made
    made.clinic.close()
