"""Nothing leaves this machine while a photo is scored: no connection is opened, and no library tries to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Run in a process of its own: audit hooks stay for a process's life, and libraries must be imported under them.
CODE = """
import sys
sys.addaudithook(lambda event, _: (_ for _ in ()).throw(AssertionError(event)) if event in FORBIDDEN else None)
from scarscore.serve.scoring.score import score_photo
from scarscore.serve.demo.course import as_jpeg
from scarscore.datasets.synthetic.course import healing_course
print(score_photo(as_jpeg(healing_course(1, 2)[0].pixels)).severity)
""".replace("FORBIDDEN", "('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname', 'socket.sendto')")


def test_a_photo_is_scored_without_a_connection_or_a_trace_of_telemetry(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True, text=True, check=False, env=environment | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert 0.0 <= float(done.stdout) <= 100.0
    # ONNX Runtime's telemetry is not Python's: it shows by the session file that it keeps in the temporary folder.
    assert list(tmp_path.iterdir()) == []
