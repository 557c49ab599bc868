"""One network for a whole course: choosing among scores of several, and scoring the history again.

Scores of two networks are never compared, since a change of network would look like a change of skin. Earlier scores
are kept beside the new ones, so that what was said then can still be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scarscore.serve.course.records import Course, Shot, ShotScore
from scarscore.serve.course.visit import models_of
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import Refusal

Score = Callable[[Shot], ShotScore | Refusal]


def all_models(course: Course) -> tuple[str, ...]:
    """Every network that has scored a photo of the course, now or earlier, in alphabetical order."""
    shots = [shot for visit in course.visits for shot in visit.shots]
    answers = [answer for shot in shots for answer in (shot.answer, *shot.earlier)]
    return tuple(sorted({answer.model for answer in answers if isinstance(answer, ShotScore)}))


def of_model(course: Course, model: str | None = None) -> Course:
    """The course with the scores of one network alone; the others stand under `earlier`.

    Without `model` there must be one network only. A photo that this network has not scored has no answer. Raises
    UsageError where the choice is open, or the network has scored nothing here.
    """
    present = models_of(course)
    if model is None:
        if len(present) > 1:
            raise UsageError(f"scored by several networks; rescore, or choose one of: {'; '.join(present)}")
        return course
    if model not in all_models(course):
        raise UsageError(f"no photo of this course was scored by {model!r}; scored by: {'; '.join(all_models(course))}")
    return mapped(course, lambda shot: _chosen(shot, model))


def rescored(course: Course, score: Score) -> Course:
    """The course with every photo scored again by `score`; the answers so far are appended to `earlier`.

    Photos that are not to be scored (`answer` is None) stay so.
    """

    def again(shot: Shot) -> Shot:
        if shot.answer is None:
            return shot
        return replace(shot, answer=score(shot), earlier=(*shot.earlier, shot.answer))

    return mapped(course, again)


def _chosen(shot: Shot, model: str) -> Shot:
    answers = [*shot.earlier, *((shot.answer,) if shot.answer is not None else ())]
    own = [answer for answer in answers if isinstance(answer, ShotScore) and answer.model == model]
    if not own:  # a refusal names no network: the skin could not be judged, whoever looked
        refused = shot.answer if isinstance(shot.answer, Refusal) else None
        return replace(shot, answer=refused, earlier=tuple(answer for answer in answers if answer is not refused))
    return replace(shot, answer=own[-1], earlier=tuple(answer for answer in answers if answer is not own[-1]))


def mapped(course: Course, change: Callable[[Shot], Shot]) -> Course:
    """The course with every shot changed so."""
    visits = (replace(visit, shots=tuple(change(shot) for shot in visit.shots)) for visit in course.visits)
    return replace(course, visits=tuple(visits))
