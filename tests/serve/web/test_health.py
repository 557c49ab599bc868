"""What a watcher is told: whether the server can work, and why not."""

from __future__ import annotations

import shutil
import time

import pytest

from scarscore.serve.web.routes import health
from tests.serve.web.parts import Running


def test_a_disk_without_room_is_told_before_it_is_full(clinic_app: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with clinic_app.client() as client:
        late = time.monotonic() + 120
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < late
            time.sleep(0.1)
        monkeypatch.setattr(health, "LEAST", shutil.disk_usage(clinic_app.service.place.folder).total)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["error"]["reason"]) == (503, "no_space")
        assert "make room on it" in answer.json()["error"]["message"]
        assert client.get("/livez").status_code == 200
