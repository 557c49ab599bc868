"""What tests of several folders share: the folder of real photos."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Three test files run at a time (pyproject.toml): libraries with a thread a core each would get in the others' way.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


# What takes longest, most first: begun last, one process would be waited for alone.
_LONGEST = (
    "test_figures.py",
    "test_clinic_pages.py",
    "test_kills.py",
    "test_rendered_courses.py",
    "test_quality_photos.py",
    "test_background.py",
    "test_clinic_day.py",
    "test_region_vote.py",
    "test_style.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    rank = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


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
