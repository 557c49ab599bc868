"""Numbers for a monitor, in the format that Prometheus reads. How many and how long; never who or what.

A route is named by its template (`/api/v1/patients/{patient}`), so that no id can get in.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from scarscore.serve.records.scored import Scored, Scoring
from scarscore.serve.scoring.result import Refusal, View

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "scarscore_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.latency = Histogram(
            "scarscore_request_seconds", "Until an answer ended", ("method", "route"), registry=self.registry,
            buckets=_SECONDS,
        )  # fmt: skip
        self.photos = Counter("scarscore_photos", "Photos that were judged", ("answer",), registry=self.registry)
        self.refusals = Counter("scarscore_refusals", "Photos refused, by reason", ("reason",), registry=self.registry)
        self.ready = Gauge("scarscore_ready", "Whether a photo could be scored after the start", registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.requests.labels(method, route, str(status)).inc()
        self.latency.labels(method, route).observe(seconds)

    def judged(self, scored: Scored) -> None:
        """A photo was scored, refused, or only kept."""
        if isinstance(scored.answer, Refusal):
            self.refusals.labels(scored.answer.reason.value).inc()
            self.photos.labels("refused").inc()
        else:
            self.photos.labels("kept" if scored.answer is None else "scored").inc()

    def text(self) -> bytes:
        """All of it, as a monitor reads it."""
        return generate_latest(self.registry)


class Counted:
    """Scores photos as `scoring` does, and counts what came of each."""

    def __init__(self, scoring: Scoring, metrics: Metrics) -> None:
        self._scoring, self._metrics = scoring, metrics

    @property
    def model(self) -> str:
        """The severity network."""
        return self._scoring.model

    @property
    def networks(self) -> str:
        """Both networks."""
        return self._scoring.networks

    def score(self, upload: bytes, view: View | None, *, judge: bool = True, guess: bool = False) -> Scored:
        """Re-encode and score a photo. Raises `Busy`."""
        scored = self._scoring.score(upload, view, judge=judge, guess=guess)
        self._metrics.judged(scored)
        return scored

    def again(self, stored: bytes, view: View, *, front_camera: bool) -> Scored:
        """Score a photo that is stored. Raises `Busy`."""
        scored = self._scoring.again(stored, view, front_camera=front_camera)
        self._metrics.judged(scored)
        return scored
