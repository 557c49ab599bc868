"""A new user at the clinic's pages, in a real browser: from an empty folder to an erased patient, at two sizes.

Everything is done as a person would: by clicking, typing and choosing files. Photos are of synthetic skin; one is
blurred, and one visit lies three days after a session. Every page on the way is held against axe-core, on a laptop in
both themes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from scarscore.datasets.synthetic.course import CoursePlan, healing_course
from scarscore.serve.demo.course import as_jpeg
from tests.browser import chromium
from tests.promises.test_clinic_day import blurred
from tests.serve.web.parts import PASSWORD
from tests.serve.web.server import Server, serving

NAME = "Aurélie Grünewald-Test"
START = date.today() - timedelta(days=200)
SESSIONS = (0, 28, 56)
VISITS = (0, 31, 56, 100, 190)  # days after the first; the second is three days after a session
SCORED = 4  # of the photos: one was refused, and one visit lies too near a session
SLOW = 60_000  # ms: scoring on a busy machine
SIZES = {"laptop": (1366, 768), "tablet": (820, 1180)}
SERIOUS = ("serious", "critical")
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Trial:
    """A browser's page at one size, the server that it looks at, and the files that are chosen."""

    page: Page
    server: Server
    folder: Path
    themes: tuple[Theme, ...] = ("light", "dark")  # in which axe-core looks at each page

    def go(self, path: str) -> None:
        """Open an address of the clinic."""
        self.page.goto(self.server.url + path)

    def accessible(self) -> None:
        """Nothing of weight for axe-core."""
        for theme in self.themes:
            self.page.emulate_media(color_scheme=theme)
            found = Axe().run(self.page).response["violations"]
            told = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found
                    if each["impact"] in SERIOUS]  # fmt: skip
            assert told == [], f"{self.page.url}, {theme}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return photo_files(tmp_path_factory.mktemp("photos"))


def photo_files(folder: Path) -> list[Path]:
    """A photo for each visit, and last a blurred one of the third."""
    made = [as_jpeg(visit.pixels) for visit in healing_course(11, len(VISITS), CoursePlan(relief=(1.0, 0.1)))]
    files = {f"visit{number}.jpg": data for number, data in enumerate(made)} | {"blurred.jpg": blurred(made[2])}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


@pytest.fixture(params=SIZES)
def trial(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Trial]:
    width, height = SIZES[request.param]
    tablet = request.param == "tablet"
    with serving(tmp_path / "clinic") as server:
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=tablet, reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        # The colours of a theme are the same at any size.
        yield Trial(page, server, tmp_path, ("light",) if tablet else ("light", "dark"))
        context.close()
        assert wrong == []


def test_a_new_user_follows_a_course(trial: Trial, photos: list[Path]) -> None:
    set_up(trial)
    patient = enter_patient(trial)
    course = start_course(trial)
    for days in SESSIONS:
        record_session(trial, course, START + timedelta(days))
    for number, days in enumerate(VISITS):
        visit(trial, course, START + timedelta(days), days in SESSIONS, photos, number)
    timeline(trial, course)
    compare(trial, course)
    downloads(trial, course)
    blind_review(trial, patient)
    settings(trial)
    erase(trial, patient)


def set_up(trial: Trial) -> None:
    """The first account, by the code from the terminal; then sign in."""
    page = trial.page
    trial.go("/")
    expect(page.get_by_role("heading", name="Set up this clinic")).to_be_visible()
    trial.accessible()
    page.get_by_label("One-time code").fill(trial.server.code)
    page.get_by_label("Name of the clinic").fill("Made-up Clinic")
    page.get_by_label("Your sign-in name").fill("boss")
    page.locator("[name=password]").nth(0).fill(PASSWORD)
    page.locator("[name=password]").nth(1).fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="The clinic is set up")).to_be_visible()
    assert len(page.locator(".secret").inner_text()) > 30
    page.get_by_role("link", name="I have written it down").click()
    trial.accessible()
    page.locator("[name=login]").fill("boss")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()
    trial.server.wait_until_ready()


def enter_patient(trial: Trial) -> str:
    """An empty clinic says what to do first; the first patient is entered. Her page's address."""
    page = trial.page
    trial.accessible()
    page.get_by_role("button", name="Enter the first patient").click()
    page.get_by_label("Name", exact=False).first.fill(NAME)
    page.get_by_role("button", name="Enter the patient").click()
    page.wait_for_url("**/patients/*")
    expect(page.get_by_text(NAME).first).to_be_visible()
    trial.accessible()
    return page.url


def start_course(trial: Trial) -> str:
    """A course of three sessions, as offered. Its address."""
    page = trial.page
    page.locator("#start").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/courses/*")
    expect(page.get_by_role("heading", name="No visit yet")).to_be_visible()
    trial.accessible()
    return page.url.removeprefix(trial.server.url)


def record_session(trial: Trial, course: str, day: date) -> None:
    page = trial.page
    trial.go(course)
    page.locator("#add-session").click()
    dialog = page.locator("#new-session")
    dialog.locator("[name=day]").fill(str(day))
    dialog.locator("[name=device]").fill("pen")
    dialog.get_by_role("button", name="Record").click()
    expect(page.locator("#sessions")).to_contain_text(str(day))


def visit(trial: Trial, course: str, day: date, on_session: bool, photos: list[Path], number: int) -> None:
    """A visit with its photo; the third's first photo is blurred, refused and taken again."""
    page = trial.page
    trial.go(f"{course}/new-visit")
    page.locator("#visit-day").fill(str(day))
    expect(page.locator("#day")).to_contain_text(str(day) if on_session else re.compile("session", re.IGNORECASE))
    if on_session:
        page.locator("#needling-before").check()
    if number == 1:
        expect(page.locator("#day")).to_contain_text("not scored")
    if number < 2:
        trial.accessible()
    page.locator("#to-photos").click()
    page.wait_for_url("**/visits/*/photos")
    page.locator("input[name=view][value=closeup]").check()
    page.locator("#region").select_option("left_cheek")
    if number == 2:
        page.locator("#files").set_input_files(photos[-1])
        refused = page.locator("#shots .shot[data-refused=yes]")
        expect(refused).to_contain_text("not sharp", timeout=SLOW)
        trial.accessible()
        with page.expect_file_chooser() as chooser:
            refused.get_by_role("button", name="Take it again").click()
        chooser.value.set_files(photos[number])
    else:
        page.locator("#files").set_input_files(photos[number])
    shot = page.locator("#shots .shot[data-photo]:not([data-refused=yes])")
    expect(shot).to_have_count(1, timeout=SLOW)
    expect(shot).to_contain_text("swelling" if number == 1 else "scored", timeout=SLOW)
    page.locator("#done").click()
    if number == 1:
        expect(page.locator("main")).to_contain_text("swelling")
    elif number == 0:
        expect(page.locator("#severity")).to_have_text(re.compile(r"^\d+$"), timeout=SLOW)
        expect(page.locator("#scales table").first).to_be_visible(timeout=SLOW)
        page.locator("[data-heat]").first.click()
        expect(page.locator("img.heat").first).to_be_visible()
        trial.accessible()


def timeline(trial: Trial, course: str) -> None:
    """The verdict in words with its numbers, the chart with a table twin, what was not scored and why."""
    page = trial.page
    trial.go(course)
    expect(page.locator("#verdict[data-kind=improved]")).to_be_visible(timeout=SLOW)
    expect(page.locator("#timeline svg").first).to_be_visible()
    page.locator("#twin summary").click()
    expect(page.locator("#twin table")).to_be_visible()
    expect(page.locator("#visits")).to_contain_text("not scored")
    expect(page.locator("footer")).to_contain_text("Not a diagnosis")
    trial.accessible()


def compare(trial: Trial, course: str) -> None:
    """The slider moves by mouse and by keyboard."""
    page = trial.page
    trial.go(f"{course}/compare")
    slider = page.locator("#slider")
    expect(slider).to_be_visible(timeout=SLOW)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    height = SIZES["laptop"][1]  # the lower of the two: the picture may be taller than the window
    middle = min(box["y"] + box["height"] / 2, height - 20)
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=5)
    page.mouse.up()
    moved = int(slider.input_value())
    assert 70 <= moved <= 90
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert int(slider.input_value()) == moved - 1
    page.keyboard.press("Home")
    assert slider.input_value() == "0"
    trial.accessible()


def downloads(trial: Trial, course: str) -> None:
    """The report as PDF and the course as FHIR."""
    page = trial.page
    trial.go(course)
    with page.expect_download(timeout=SLOW) as report:
        page.get_by_role("link", name="Report (PDF)").click()
    assert report.value.path().read_bytes().startswith(b"%PDF-")
    with page.expect_download(timeout=SLOW) as bundle:
        page.get_by_role("link", name="FHIR").click()
    assert json.loads(bundle.value.path().read_bytes())["resourceType"] == "Bundle"


def blind_review(trial: Trial, patient: str) -> None:
    """Every scored photo graded by keyboard alone, without date or pseudonym in sight; then the agreement."""
    page = trial.page
    page.goto(patient)
    pseudonym = page.locator("h1").inner_text()
    trial.go("/blind")
    trial.accessible()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/blind/*")
    trial.accessible()
    graded = 0
    while page.locator("#severity").count():
        told = page.content()
        assert pseudonym not in told
        assert not [day for days in VISITS if (day := str(START + timedelta(days))) in told]
        page.locator("#severity-slider").focus()
        for _ in range(5 + 10 * graded):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("2")
        before = page.locator("#photo").get_attribute("src")
        page.keyboard.press("Enter")
        expect(page.locator(f"#photo[src='{before}']")).to_have_count(0)
        graded += 1
    assert graded == SCORED
    page.locator("#to-results").click()
    expect(page.locator("#reviewer-1")).to_contain_text("ICC")
    trial.accessible()


def settings(trial: Trial) -> None:
    """Every tab and the pages beside them, one that is not there too; the clinic is renamed."""
    page = trial.page
    trial.go("/settings")
    trial.accessible()
    page.locator("#clinic-settings [name=name]").fill("Clinic with another name")
    page.locator("#clinic-settings").get_by_role("button", name="Save").first.click()
    expect(page.locator("#saved")).to_be_visible()
    expect(page.locator(".brand")).to_contain_text("Clinic with another name")
    for tab in ("repeatability", "models", "people", "tokens", "records", "audit"):
        page.locator(f".tabs a[href='/settings/{tab}']").click()
        expect(page.locator(".tabs a[aria-current=page]")).to_have_attribute("href", f"/settings/{tab}")
        page.wait_for_load_state("networkidle")
        trial.accessible()
    for path in ("/settings/models/default", "/connect", "/account", "/patients/nobody"):
        trial.go(path)
        expect(page.locator("h1")).to_be_visible()
        trial.accessible()


def erase(trial: Trial, patient: str) -> None:
    """Only with the pseudonym typed; then a tombstone, and nobody is found any more."""
    page = trial.page
    page.goto(patient)
    pseudonym = page.locator("h1").inner_text()
    page.locator("#erase").click()
    dialog = page.locator("#erase-patient")
    dialog.get_by_role("textbox").fill("somebody else")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("textbox").fill(pseudonym)
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_contain_text("erased", ignore_case=True)
    expect(page.locator("body")).not_to_contain_text(NAME)
    trial.accessible()
    trial.go("/patients")
    expect(page.locator("main")).not_to_contain_text(pseudonym)
