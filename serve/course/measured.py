"""From the photos of a course to its verdict: scored, held against the baseline's, judged. No server, no internet.

Photos that timing forbids are not scored. What the scores file holds is not scored again. Scores of two networks are
never mixed: under another network the history is scored again, when asked for, and old scores stay in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from scarscore.model.bundles import open_model
from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.batch.rows import networks_text
from scarscore.serve.course.baseline import baseline_of
from scarscore.serve.course.book import Book, Line
from scarscore.serve.course.compared import Compared, Look, Match, ViewPair, compared, later_shots
from scarscore.serve.course.manifest import Manifest
from scarscore.serve.course.proposals import Seen, with_proposals
from scarscore.serve.course.records import Course, Shot, ShotScore, Timing, Verdict, Visit, VisitScore
from scarscore.serve.course.rescore import all_models, mapped, of_model, rescored
from scarscore.serve.course.scores import kept_of
from scarscore.serve.course.timing import timed
from scarscore.serve.course.verdict import as_of, verdict
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.files import read_file
from scarscore.serve.scoring.result import ModelId, Refusal
from scarscore.serve.scoring.score import Scorer

Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]  # of so many photos; it yields a step
Open = Callable[[Shot], bytes | None]  # a photo's bytes; None where they cannot be read any more


@dataclass(frozen=True, eq=False)
class Networks:
    """The network of severity and that of regions, ready to run, and the scorer that both make."""

    engine: Engine
    finder: RegionEngine
    scorer: Scorer

    @classmethod
    def load(cls, model: str) -> Networks:
        """The bundle of that name, or at that path. Raises `ModelError` where it cannot be trusted."""
        bundle = open_model(model)
        engine, finder = Engine(bundle.severity), RegionEngine(bundle.regions)
        return cls(engine, finder, Scorer(engine, finder))

    @property
    def text(self) -> str:
        """Both networks as a score's `model` names them."""
        return networks_text(self.scorer.model, self.scorer.region_model)


@dataclass(frozen=True, eq=False)
class Measured:
    """A course as it stood on a day: its photos scored and compared, its visits in numbers, and the verdict."""

    on: date
    course: Course
    scores: tuple[VisitScore, ...]
    verdict: Verdict
    model: ModelId
    region_model: ModelId
    matches: tuple[Match, ...] = ()
    pairs: tuple[ViewPair, ...] = ()

    @property
    def shots(self) -> Iterator[tuple[Visit, Shot]]:
        """Every shot with its visit."""
        return ((visit, shot) for visit in self.course.visits for shot in visit.shots)

    @property
    def unusable(self) -> int:
        """How many photos were refused, or are not comparable with the baseline's."""
        return sum(isinstance(shot.answer, Refusal) or shot.not_comparable is not None for _, shot in self.shots)


def measure(
    manifest: Manifest, networks: Networks, on: date, book: Book, progress: Progress, *, rescore: bool = False
) -> Measured:
    """The course as it stood on a day. Raises UsageError where the scores of several networks would be mixed."""
    course = scored(as_of(manifest.course, on), manifest, networks, book, progress, rescore=rescore)
    return measured_course(course, networks, on, partial(_bytes, manifest=manifest), progress)


def measured_course(course: Course, networks: Networks, on: date, photo: Open, progress: Progress) -> Measured:
    """A course whose photos have their answers already, as it stood on a day: compared and judged, none scored.

    `photo` gives a shot's bytes, from wherever they lie. Raises UsageError as `visit_scores` does.
    """
    look = partial(_pixels, photo=photo)
    found = _compared(as_of(course, on), look, networks, progress)
    scores = visit_scores(found.course)
    told = verdict(found.course, scores)
    ends = {score.date for score in (told.baseline, told.last) if score is not None}
    return Measured(
        on, with_proposals(found.course, ends, partial(_seen, look=look, networks=networks)), scores, told,
        networks.scorer.model, networks.scorer.region_model, found.matches, found.pairs,
    )  # fmt: skip


def looks_at(manifest: Manifest) -> Look:
    """How the photos of a manifest are seen: a shot's pixels, or None where its file cannot be read any more."""
    return partial(_pixels, photo=partial(_bytes, manifest=manifest))


def scored(
    course: Course, manifest: Manifest, networks: Networks, book: Book, progress: Progress, *, rescore: bool = False
) -> Course:
    """Every photo that timing allows with an answer of this network, from the book or scored now."""
    wanted = {shot.photo for visit in course.visits for shot in visit.shots if _to_score(visit, course)}
    known = _known(course, manifest, book)
    if not rescore:
        known = _of_this_network(known, networks)
    missing = sum(shot.photo in wanted and (rescore or shot.answer is None) for shot in _shots(known))

    with progress(missing) as step:

        def score(shot: Shot) -> ShotScore | Refusal:
            answer = _score(shot, manifest, networks, book)
            step()
            return answer

        again = rescored(known, score) if rescore else known
        return mapped(again, lambda s: replace(s, answer=score(s)) if s.photo in wanted and s.answer is None else s)


def _score(shot: Shot, manifest: Manifest, networks: Networks, book: Book) -> ShotScore | Refusal:
    data = read_file(manifest.path_of(shot))
    if isinstance(data, Refusal):
        return data
    answer = kept_of(networks.scorer.examine(data, view=shot.view).answer)
    book.add(Line(hashlib.sha256(data).hexdigest(), shot.view, networks.text, answer))
    return answer


def _known(course: Course, manifest: Manifest, book: Book) -> Course:
    """The course with the answers that the book holds, the newest as the answer."""
    if not book.lines:
        return course

    def told(shot: Shot) -> Shot:
        data = read_file(manifest.path_of(shot))
        answers = [] if isinstance(data, Refusal) else book.of(hashlib.sha256(data).hexdigest(), shot.view)
        if not answers:
            return shot
        return replace(shot, answer=answers[-1].answer, earlier=tuple(line.answer for line in answers[:-1]))

    return mapped(course, told)


def _of_this_network(course: Course, networks: Networks) -> Course:
    """The answers of this network; those of others stand under `earlier`."""
    models = all_models(course)
    if not models:
        return course
    if networks.text not in models:
        raise UsageError(
            f"these photos were scored by {'; '.join(models)}, and this is {networks.text}. Scores of two networks are "
            "never mixed: add --rescore to score the history again (old scores stay in the file), or choose --model"
        )
    return of_model(course, networks.text)


def _compared(course: Course, look: Look, networks: Networks, progress: Progress) -> Compared:
    score = baseline_of(visit_scores(course))
    if score is None:
        return Compared(course)
    # Of two visits on a day the one before needling: after it nothing is scored.
    baseline = next(visit for visit in course.visits if visit.date == score.date and _to_score(visit, course))
    with progress(len(later_shots(course, baseline))) as step:
        return compared(course, baseline, look, networks.engine, networks.finder, step)


def _bytes(shot: Shot, manifest: Manifest) -> bytes | None:
    data = read_file(manifest.path_of(shot))
    return None if isinstance(data, Refusal) else data


def _pixels(shot: Shot, photo: Open) -> Pixels | None:
    """A shot's pixels, uint8 RGB; None where the photo cannot be read any more."""
    data = photo(shot)
    decoded = None if data is None else decode(data)
    return decoded.pixels if isinstance(decoded, Decoded) else None


def _seen(shot: Shot, look: Look, networks: Networks) -> Seen | None:
    """What the networks see in a shot that was scored; None where the photo cannot be read any more.

    It is not judged anew: that it came from a front camera stands no longer in a clinic's stored photo, and without
    that a mirrored one would be refused as another side.
    """
    pixels = look(shot)
    if pixels is None:
        return None
    severity, regions = networks.scorer.map(pixels)
    return Seen(shot.view, severity, regions.resized(*severity.shape).label)


def _to_score(visit: Visit, course: Course) -> bool:
    return timed(visit, course.sessions, course.clinic.timing).timing is not Timing.NOT_SCORED


def _shots(course: Course) -> Iterator[Shot]:
    return (shot for visit in course.visits for shot in visit.shots)
