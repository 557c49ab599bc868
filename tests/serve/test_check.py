"""`scarscore check`: passes where all works, and where something is broken says what, and what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scarscore.model import bundle
from scarscore.model.bundle import DEFAULT
from scarscore.serve import check, cli


@pytest.fixture(autouse=True)
def _fresh() -> None:
    check._scorer.cache_clear()


def test_a_working_installation_passes_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check"]) == 0
    told = capsys.readouterr().out
    assert told.count("OK      ") == len(check.steps(DEFAULT))
    assert "FAILED" not in told
    assert "JPEG, PNG, WebP, HEIC" in told
    assert re.search(r"score of a made-up photo: severity \d+\.\d \(reading 90 % \d+ to \d+, SEM \d+\.\d\)", told)
    assert re.search(r"speed: \d+ ms for one photo", told)
    assert told.endswith("This installation works.\n")


@pytest.mark.parametrize("changed", ["severity.onnx", "regions.onnx"])
def test_a_network_whose_bytes_were_changed_fails_and_the_other_steps_still_run(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in filter(Path.is_file, bundle.WEIGHTS.iterdir()):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    network = tmp_path / changed
    data = bytearray(network.read_bytes())
    data[len(data) // 2] ^= 1
    network.write_bytes(data)
    monkeypatch.setattr(bundle, "WEIGHTS", tmp_path)
    assert cli.run(["check"]) == 1
    told = capsys.readouterr().out
    assert "FAILED  networks: ModelTampered" in told
    assert "A file of the networks is missing or was changed" in told
    assert "in a clone of the repository: pip install --force-reinstall ." in told
    assert "OK      photo formats" in told
    assert "Failed: networks, score of a made-up photo, speed." in told


def test_a_package_that_is_missing_is_named() -> None:
    code = "import sys; sys.modules['pillow_heif'] = None; from scarscore.serve.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "FAILED  packages: ModuleNotFoundError" in done.stdout
    assert "pillow_heif" in done.stdout
    assert "FAILED  photo formats" in done.stdout
