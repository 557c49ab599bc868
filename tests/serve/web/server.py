"""A real `scarscore serve`, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START = 120.0  # seconds; a busy machine loads the networks slowly


@dataclass(frozen=True)
class Server:
    """A running one: its process, its web address, and where its log goes."""

    process: subprocess.Popen[str]
    url: str
    said: str
    log: Path

    @property
    def code(self) -> str:
        """The one-time code that the terminal shows."""
        found = re.search(r"^    ([A-Z2-9]{4}(?:-[A-Z2-9]{4}){2})$", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, verify=False)

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end, and wait: its exit status."""
        self.process.send_signal(by)
        return self.process.wait(60)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START
        with self.client() as client:
            while client.get("/readyz").status_code != 200:
                assert time.monotonic() < until, self.log.read_text()
                time.sleep(0.2)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scarscore.serve", *arguments]


@contextmanager
def serving(data: Path, *options: str) -> Iterator[Server]:
    """A server on a free port of loopback, or as the options say; killed if it is still there at the end."""
    log, temporary = data.with_suffix(".log"), data.with_suffix(".tmp")
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(temporary)}
    with log.open("w") as errors:
        process = subprocess.Popen(
            command("serve", "--data", str(data), "--port", "0", *options),
            stdout=subprocess.PIPE, stderr=errors, text=True, env=environment,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        said = "".join(lines)
        found = re.search(r" at (https?://\S+)/$", said, re.MULTILINE)
        assert found, said + log.read_text()
        yield Server(process, found[1], said, log)
    finally:
        process.kill()
        process.wait()
