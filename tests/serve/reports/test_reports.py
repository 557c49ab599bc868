"""A report says what was measured, each number with its uncertainties, stays on its pages, and is the same bytes."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pypdf import PdfReader

from scarscore.serve.course.error import BUNDLE_SEM
from scarscore.serve.course.report.record import METHOD
from scarscore.serve.course.report.timeline import Mark
from scarscore.serve.records.courses import course as read_course
from scarscore.serve.records.settings import Size
from scarscore.serve.reports import told
from scarscore.serve.reports.course import course_pdf
from scarscore.serve.reports.parts import UNSETTABLE
from scarscore.serve.reports.visit import visit_pdf
from scarscore.serve.scoring.quality.words import check_label, limit_words, value_words
from scarscore.serve.scoring.result import DISCLAIMER, HINTS, Reason
from tests.serve.records.parts import NURSE, new_course, sha256
from tests.serve.reports import parts
from tests.serve.reports.parts import NAME, Recorded, beyond, pages, pictures, text

ARABIC = "شهرزاد بنت عبد الرحمن الأندلسية"
HEBREW = "שרה בת־אל כהן לוי"


@pytest.fixture(scope="module")
def healing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    made = parts.recorded(tmp_path_factory.mktemp("reports") / "clinic")
    yield made
    made.clinic.close()


@pytest.fixture(scope="module")
def course(healing: Recorded) -> told.Course:
    return healing.of_course()


@pytest.fixture(scope="module")
def course_file(course: told.Course) -> bytes:
    return course_pdf(course)


@pytest.fixture(scope="module")
def first_visit(healing: Recorded) -> bytes:
    return visit_pdf(healing.of_visit(0))


def test_a_course_s_report_says_all_that_it_rests_on(course: told.Course, course_file: bytes) -> None:
    said, verdict = text(course_file), course.measured.verdict
    assert verdict.change is not None
    assert verdict.baseline is not None
    assert NAME in said
    for part in (
        "The Made-up Clinic", course.head.pseudonym, "Improved", " ".join(verdict.words.split()),
        f"{verdict.change.sdc95:.0f} (SDC95)", f"measurement error ± {1.96 * verdict.baseline.sem:.0f} (95 %)",
        "Severity over time", "Then and now", "All photos", "The photos' quality", "Sessions as recorded",
        course.measured.model.sha256, course.measured.region_model.sha256, "licence class research", *METHOD,
    ):  # fmt: skip
        assert part in said, part


def test_the_large_numbers_are_those_of_the_words(course: told.Course) -> None:
    verdict = course.measured.verdict
    assert verdict.change is not None
    change = replace(verdict.change, baseline=62.6, now=14.2, points=-48.4)  # 63 and 14 would be 49
    measured = replace(course.measured, verdict=replace(verdict, change=change))
    said = text(course_pdf(replace(course, measured=measured, pictures=False)))
    assert re.search(r"At the start, [^.]* 62\.6 ", said)
    assert re.search(r"Now, [^.]* 14\.2 ", said)
    assert "Change, points -48 " in said


def test_each_visit_has_its_status_its_numbers_and_the_reason(course: told.Course, course_file: bytes) -> None:
    said = text(course_file)
    assert [moment.mark for moment in course.moments] == [
        Mark.BASELINE, Mark.PROVISIONAL, Mark.NOT_SCORED, Mark.VALID,
    ]  # fmt: skip
    for moment in course.moments:
        assert (f"{moment.mark.value}; {moment.words}" if moment.words else moment.mark.value) in said
        if moment.score is not None:
            answer = moment.visit.shots[0].answer
            row = f"{moment.score.severity:.0f} {answer.low:.0f} to {answer.high:.0f} ± {1.96 * moment.score.sem:.0f}"
            assert row in said
    assert "1 photo refused (blurred)" in said


def test_a_visit_s_report_explains_both_uncertainties(healing: Recorded, first_visit: bytes) -> None:
    visit = healing.of_visit(0)
    said, score, answer = text(first_visit), visit.moment.score, visit.moment.visit.shots[0].answer
    assert score is not None
    assert f"Reading interval {answer.low:.0f} to {answer.high:.0f}: a reference reading of this photo" in said
    assert f"Measurement error ± {1.96 * score.sem:.0f} (95 %)" in said
    reading = f"reading {answer.low:.0f} to {answer.high:.0f}"
    assert f"{answer.severity:.0f} ({reading}, error ± {1.96 * BUNDLE_SEM:.0f})" in said
    for check in answer.quality:
        row = f"{check_label(check.name)}{' (a flag)' * check.flag} {limit_words(check)} {value_words(check)}"
        assert row in said


def test_a_visit_s_report_knows_nothing_of_later_and_the_last_one_s_says_the_verdict(healing: Recorded) -> None:
    start, last = healing.of_visit(0), healing.of_visit(3)
    assert start.measured.verdict.last is None
    assert [score.date for score in start.measured.scores] == [start.moment.date]
    assert "The course up to this visit" not in text(visit_pdf(start))
    assert "The course up to this visit Improved" in text(visit_pdf(last))
    assert last.measured.verdict == healing.of_course().measured.verdict


def test_a_refused_photo_is_shown_with_its_reason_and_without_a_number(first_visit: bytes) -> None:
    told_of = text(first_visit)
    start = told_of.index("close-up of left cheek 2 Refused, blurred: " + HINTS[Reason.BLURRED])
    assert "reading" not in told_of[start : told_of.index("The photos' quality")]
    assert "not kept" in told_of
    assert pictures(first_visit) == 4  # two photos, one heat map, its key


def test_too_soon_after_a_session_there_is_a_photo_and_no_number(healing: Recorded) -> None:
    visit = healing.of_visit(2)
    pdf = visit_pdf(visit)
    assert "No severity" in text(pdf)
    assert visit.moment.words in text(pdf)
    assert "±" not in text(pdf).partition("How well this measures")[0]
    assert visit.photos[0].heat is None
    assert pictures(pdf) == 1


@pytest.mark.parametrize("kind", ["course", "visit"])
def test_every_page_says_what_it_is_not_and_which_page_and_network_it_is(
    kind: str, healing: Recorded, course: told.Course, course_file: bytes, first_visit: bytes
) -> None:
    all_pages = pages(course_file if kind == "course" else first_visit)
    model = course.measured.model
    assert len(all_pages) > 1
    for number, page in enumerate(all_pages, start=1):
        assert DISCLAIMER in page
        assert f"Page {number} of {len(all_pages)}" in page
        assert f"{model.name} {model.version}, licence class {model.licence_class}, SHA-256 {model.sha256[:16]}" in page
        assert course.head.pseudonym in page


def test_pypdf_reads_the_text_too(course_file: bytes) -> None:
    reader = PdfReader(io.BytesIO(course_file))
    for page in reader.pages:
        assert DISCLAIMER in page.extract_text()
    assert reader.metadata is not None
    assert reader.metadata.subject == DISCLAIMER
    titles = [each["/Title"] for each in reader.outline]
    assert titles[0] == "Severity over time"
    assert titles[-1] == "Method and limits"


def test_the_same_records_give_the_same_bytes_in_every_process(healing: Recorded, course_file: bytes) -> None:
    code = (
        "import sys, hashlib; from pathlib import Path\n"
        "from scarscore.serve.records.clinic import Clinic, Place\n"
        "from scarscore.serve.reports.course import course_pdf\n"
        "from scarscore.serve.reports.visit import visit_pdf\n"
        "from tests.serve.reports.parts import Recorded\n"
        "made = Recorded(Clinic.open(Place(Path(sys.argv[1]))), *sys.argv[2:4], (sys.argv[4],), ())\n"
        "for pdf in (course_pdf(made.of_course()), visit_pdf(made.of_visit(0))):\n"
        "    print(hashlib.sha256(pdf).hexdigest())\n"
    )
    asked = (str(healing.clinic.place.folder), healing.patient, healing.course, healing.visits[0])
    done = subprocess.run([sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True)
    again = course_pdf(healing.of_course())
    assert again == course_file
    assert done.stdout.split() == [sha256(again), sha256(visit_pdf(healing.of_visit(0)))]


@pytest.mark.parametrize(
    "name",
    ["W" * 200, "Maria " * 33, "عبد" * 66, f"{ARABIC} " * 6, f"{HEBREW} " * 10, f"{ARABIC} Smith ({HEBREW}) 12"],
    ids=["one word", "many words", "one Arabic word", "Arabic", "Hebrew", "mixed"],
)
@pytest.mark.parametrize("size", Size)
def test_long_and_right_to_left_names_stay_on_the_page_and_are_whole(
    name: str, size: Size, course: told.Course
) -> None:
    head = replace(course.head, name=name.strip(), clinic=name.strip())
    pdf = course_pdf(replace(course, head=head, pictures=False), size)
    assert beyond(pdf, 19.5, 9.0) == []
    first = pages(pdf)[0]
    for sign in set(name) - set(" "):
        assert first.count(sign) >= 2 * name.strip().count(sign), sign  # as the clinic's name, and as the patient's


def test_what_leaves_the_page_would_be_seen(course_file: bytes) -> None:
    for sides, ends in ((21.0, 9.0), (19.5, 13.0)):
        assert beyond(course_file, sides, ends) == list(range(len(pages(course_file))))


def test_right_to_left_text_is_shaped_and_can_be_selected(course: told.Course) -> None:
    for name in (ARABIC, HEBREW):
        pdf = course_pdf(replace(course, head=replace(course.head, name=name), pictures=False))
        assert set(name.split()) <= set(pages(pdf)[0].replace("األ", "الأ").split())


def test_a_name_of_signs_without_a_font_is_told_and_not_drawn_as_boxes(course: told.Course) -> None:
    pdf = course_pdf(replace(course, head=replace(course.head, name="王小明"), pictures=False))
    assert UNSETTABLE in text(pdf)


def test_no_sign_of_a_text_reaches_the_log(course: told.Course, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        course_pdf(replace(course, head=replace(course.head, clinic="Skin ☃ Care"), pictures=False))
    assert "☃" not in caplog.text
    assert "2603" not in caplog.text  # nor by its code


def test_without_a_name_none_of_it_is_in_the_file(healing: Recorded, course_file: bytes) -> None:
    for pdf in (course_pdf(healing.of_course(names=False)), visit_pdf(healing.of_visit(0, names=False))):
        rare = set("ŻÑñÐ")
        assert rare <= set(text(course_file))
        assert rare.isdisjoint(text(pdf))
        content = parts.streams(pdf)
        for part in NAME.replace("-", " ").split():
            assert part not in text(pdf)
            for coding in ("utf-8", "utf-16-be", "utf-16-le", "latin-1"):
                assert part.encode(coding, "ignore") not in content
        for sign in rare:  # nor is a letter of it in a font's table
            assert f"<{ord(sign):04X}>".encode() in parts.streams(course_file)
            assert f"<{ord(sign):04X}>".encode() not in content


def test_without_photos_there_is_no_picture(healing: Recorded, course_file: bytes) -> None:
    assert pictures(course_file) > 8
    for pdf in (course_pdf(healing.of_course(pictures=False)), visit_pdf(healing.of_visit(0, pictures=False))):
        assert pictures(pdf) == 0
        assert "The photos' quality" in text(pdf)


def test_the_sheet_is_the_one_that_is_asked_for(course: told.Course) -> None:
    for size, wanted in ((Size.A4, (595, 842)), (Size.LETTER, (612, 792))):
        box = PdfReader(io.BytesIO(course_pdf(course, size))).pages[0].mediabox
        assert (round(box.width), round(box.height)) == wanted


def test_a_course_without_visits_has_a_report(healing: Recorded) -> None:
    course = new_course(healing.clinic)
    patient = read_course(healing.clinic, NURSE, course).patient_id
    pdf = course_pdf(Recorded(healing.clinic, patient, course, (), ()).of_course())
    assert "Too early to say" in text(pdf)
    assert DISCLAIMER in text(pdf)
