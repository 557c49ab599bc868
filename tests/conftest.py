"""What tests of several folders share: the folder of real photos."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Two test files run at a time (pyproject.toml): libraries that take a thread a core each would get in each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


_LONGEST = "test_figures.py"  # one process trains a baseline for minutes: begun last, it would be waited for alone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest."""
    items.sort(key=lambda item: item.path.name != _LONGEST)


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The real photos, read in place: `SCARSCORE_DATA`, by default `../shared/data` beside the repository.

    Without them the test is skipped, or fails where `SCARSCORE_REQUIRE_DATA=1` says that they must be there.
    """
    root = Path(os.environ.get("SCARSCORE_DATA") or _BESIDE_THE_REPOSITORY)
    if not (root / "photos.csv").is_file():
        message = f"the real photos are not at {root}: set SCARSCORE_DATA"
        if os.environ.get("SCARSCORE_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return root
