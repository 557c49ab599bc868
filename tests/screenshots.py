"""Pictures of the clinic's pages, of synthetic skin: `python -m tests.screenshots FOLDER [laptop|tablet]`.

The same course as the test of the pages makes, looked at in both themes and at both sizes. The upper parts of three of
them stand in the README (`README-*.png`, for docs/); the others are for looking at.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.promises import test_clinic_pages as steps
from tests.promises.test_clinic_pages import SESSIONS, SIZES, SLOW, START, VISITS, Trial
from tests.serve.web.server import serving

THEMES = ("light", "dark")
README = {"course-light-laptop": 1180, "compare-dark-laptop": 1180, "visit-light-laptop": 1180}  # rows of pixels shown
WIDTH = 900  # px, as shown
SETTINGS = ("", "/people", "/tokens", "/models", "/repeatability", "/records", "/audit")


@contextmanager
def course_of(browser: Browser, folder: Path, size: str) -> Iterator[tuple[Trial, str, str]]:
    """A clinic with one patient's course of five visits, somebody signed in; the patient's and the course's address."""
    with serving(folder / "clinic") as server:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(SLOW)
        trial = Trial(context.new_page(), server, folder, themes=())
        steps.set_up(trial)
        patient = steps.enter_patient(trial).removeprefix(server.url)
        course = steps.start_course(trial)
        for days in SESSIONS:
            steps.record_session(trial, course, START + timedelta(days))
        shots = folder / "photos"
        shots.mkdir()
        photos = steps.photo_files(shots)
        for number, days in enumerate(VISITS):
            steps.visit(trial, course, START + timedelta(days), days in SESSIONS, photos, number)
        steps.timeline(trial, course)
        yield trial, patient, course
        context.close()


def addresses(trial: Trial, patient: str, course: str) -> dict[str, tuple[str, str]]:
    """Each page's name, its address, and what has to be there before it is looked at."""
    trial.go(course)
    first = trial.page.locator("#visits a[href^='/visits/']").last.get_attribute("href")
    third = trial.page.locator("#visits a[href^='/visits/']").nth(2).get_attribute("href")
    pages = {
        "patients": ("/patients", "#patients"),
        "patient": (patient, "#consents"),
        "course": (course, "#verdict"),
        "new-visit": (f"{course}/new-visit", "#day"),
        "photos": (f"{third}/photos", "#shots"),
        "visit": (f"{first}", "#scales table"),
        "compare": (f"{course}/compare", "#slider"),
        "blind": ("/blind", "#new-review"),
        "connect": ("/connect", "main"),
        "account": ("/account", "main"),
    }
    return pages | {f"settings{tab.replace('/', '-')}": (f"/settings{tab}", "main h1") for tab in SETTINGS}


def take(into: Path, sizes: list[str]) -> None:
    """A picture of every page, as `<page>-<theme>-<size>.png`."""
    into.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder, course_of(browser, Path(folder), size) as (trial, *known):
                for name, (address, ready) in addresses(trial, *known).items():
                    trial.go(address)
                    trial.page.locator(ready).first.wait_for(timeout=SLOW)
                    for theme in THEMES:
                        trial.page.emulate_media(color_scheme=theme)
                        trial.page.wait_for_timeout(300)  # a theme's colours fade in
                        trial.page.screenshot(path=into / f"{name}-{theme}-{size}.png", full_page=True)
                    print(into / name, size)


def for_readme(into: Path) -> None:
    """The pictures of the README, small."""
    for name, height in README.items():
        picture = Image.open(into / f"{name}.png").convert("RGB")
        shown = picture.crop((0, 0, picture.width, min(height, picture.height)))
        small = shown.resize((WIDTH, round(shown.height * WIDTH / shown.width)), Image.Resampling.LANCZOS)
        small.quantize(128, dither=Image.Dither.NONE).save(into / f"README-{name}.png", optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2:] or list(SIZES))
    for_readme(Path(sys.argv[1]))
