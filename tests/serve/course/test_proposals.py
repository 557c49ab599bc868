"""What the network proposes to the scales: areas by side, types that are seen; a person's own takes its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from scarscore.model.regions import Region
from scarscore.serve.course.counts import SHOWN, scars_in_all
from scarscore.serve.course.proposals import FEWEST, SCARRED, Seen, areas, scarred_share, types_seen, with_proposals
from scarscore.serve.course.records import MODEL, Course, Finding, Plan, Session, Shot, ShotScore, Visit
from scarscore.serve.course.scales.global_scales import scar_s, sga
from scarscore.serve.course.scales.total import Total, total_of
from scarscore.serve.scoring.result import View
from tests.serve.course.simulate import shot

FIRST = date(2026, 3, 2)


def face(view: View, left: float, right: float) -> Seen:
    """A face of 20 x 20 positions from the front: the patient's left cheek on the photo's right, a neck below."""
    label = np.full((25, 20), int(Region.LEFT_CHEEK), np.uint8)
    label[:, :10] = int(Region.RIGHT_CHEEK)
    label[20:] = int(Region.OTHER_SKIN)
    severity = np.full((25, 20), 90.0, np.float32)
    for columns, share in ((slice(10, 20), left), (slice(0, 10), right)):
        flat = np.zeros(200, np.float32)
        flat[: round(200 * share)] = SCARRED
        severity[:20, columns] = flat.reshape(20, 10)
    return Seen(view, severity, label)


def told(*seen: Seen) -> dict[str, float]:
    findings = areas(seen)
    assert {finding.by for finding in findings} <= {MODEL}
    return {finding.item: finding.value for finding in findings}


def test_from_the_front_each_half_is_the_patients_and_the_neck_does_not_count() -> None:
    assert told(face(View.FRONT, left=0.6, right=0.1)) == {
        "face_area": 0.35, "left_half_area": 0.6, "right_half_area": 0.1,
    }  # fmt: skip


def test_a_photo_of_the_side_tells_of_its_half_in_place_of_the_front() -> None:
    shares = told(face(View.FRONT, 0.6, 0.1), face(View.LEFT, 0.8, 0.8))
    assert (shares["left_half_area"], shares["right_half_area"]) == (0.8, 0.1)
    assert shares["face_area"] == pytest.approx((0.35 + 0.8) / 2, abs=0.01)


def test_a_close_up_and_a_few_places_tell_nothing_of_a_face() -> None:
    assert told(face(View.CLOSEUP, 0.5, 0.5)) == {}
    seen = face(View.FRONT, 0.5, 0.5)
    mask = np.zeros(seen.label.shape, bool)
    mask.flat[: FEWEST - 1] = True
    assert scarred_share([(seen, mask)]) is None
    mask.flat[:FEWEST] = True
    assert scarred_share([(seen, mask)]) == 1.0


def test_skin_that_cannot_be_judged_does_not_count() -> None:
    seen = face(View.FRONT, 0.5, 0.5)
    seen.severity[10:20] = np.nan  # the clear lower half of both cheeks
    assert told(seen)["face_area"] == 1.0


def test_a_place_or_two_are_clear_skin() -> None:
    assert told(face(View.FRONT, left=0.005, right=0.0))["face_area"] == 0.0


def with_types(photo: str, *types: str) -> Shot:
    made = shot(50, photo=photo)
    assert isinstance(made.answer, ShotScore)
    return replace(made, answer=replace(made.answer, types=types))


def test_a_type_is_proposed_where_a_photo_shows_it() -> None:
    findings = types_seen((with_types("a", "rolling"), with_types("b", "boxcar", "rolling"), Shot("c", View.FRONT)))
    assert findings == (Finding("boxcar_seen", 1), Finding("rolling_seen", 1))


def test_proposals_stand_at_the_visits_asked_for_and_give_way_to_what_was_entered() -> None:
    entered = Finding("face_area", 0.7, "AB")
    visits = tuple(
        Visit(FIRST + timedelta(days=days), (with_types(f"{days}", "boxcar"),), findings=(entered,))
        for days in (-1, 10, 40, 100)
    )
    course = Course("p", Plan(1), (Session(1, FIRST),), visits)
    ends = {visits[n].date for n in (0, 1, 3)}
    made = with_proposals(course, ends, lambda photo: face(photo.view, 0.4, 0.4))
    assert [len(visit.findings) > 1 for visit in made.visits] == [True, False, False, True]  # day 10 is provisional
    line = scar_s(made.visits[0].findings).parts[0]
    assert (line.value, line.by, line.replaced) == (0.7, "AB", (Finding("face_area", 0.4),))
    assert (sga(made.visits[0].findings, "left_half").low, sga(made.visits[0].findings, "left_half").high) == (1, 2)


def test_photos_that_lie_on_no_other_propose_nothing() -> None:
    lone = replace(with_types("a", "boxcar"), not_comparable="other skin")
    course = Course("p", Plan(1), (), (Visit(FIRST, (lone,)),))
    assert with_proposals(course, {FIRST}, lambda photo: face(photo.view, 1, 1)).visits[0].findings == ()


def test_a_severe_photo_proposes_a_scar_at_least_and_none_proposes_a_most() -> None:
    mild, severe = shot(SHOWN - 1), shot(SHOWN)
    assert scars_in_all((mild,)) == (Finding("depressed_at_least", 0),)
    assert scars_in_all((mild, severe, Shot("c", View.FRONT))) == (Finding("depressed_at_least", 1),)
    assert scars_in_all((Shot("c", View.FRONT),)) == ()


def test_the_proposed_number_gives_way_to_a_count_and_is_never_told_as_entered() -> None:
    entered = Finding("depressed_at_most", 0, "AB")
    visit = Visit(FIRST, (shot(SHOWN + 5),), findings=(entered,))
    made = with_proposals(Course("p", Plan(1), (), (visit,)), {FIRST}, lambda photo: face(photo.view, 0.4, 0.4))
    findings = made.visits[0].findings
    assert total_of(findings) == Total(0, 0)
    assert [each for each in findings if each.by != MODEL] == [entered]
    assert made.visits[0].shots == visit.shots
