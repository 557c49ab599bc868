"""The report's plots: drawn from the figures, the same bytes each time, with text that can be searched."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from scarscore.train.evaluate.plots import Points, write_plots

SVG = "{http://www.w3.org/2000/svg}"


def points(name: str, count: int, bias: float) -> Points:
    read = np.linspace(0.0, 90.0, count)
    return Points(name, np.clip(read + bias + np.tile([-4.0, 4.0], count // 2), 0.0, 100.0), read)


def texts(path: Path) -> str:
    return " ".join(node.text or "" for node in ElementTree.parse(path).iter(f"{SVG}text"))


def test_every_plot_is_written_with_its_sources_and_says_the_bias(tmp_path: Path) -> None:
    sources = [points("scarnet", 40, 0.0), points("acne04", 60, 5.0)]
    written = write_plots(sources, points("cells", 90, 0.0), tmp_path)
    assert [path.name for path in written] == ["scatter.svg", "bland-altman.svg", "calibration.svg", "cells.svg"]
    assert "acne04 (60)" in texts(written[0])
    bias = float((sources[1].told - sources[1].read).mean())
    assert f"{bias:+.1f}" in texts(written[1])
    assert "scarnet" in texts(written[2])
    assert "90 cells" in texts(written[3])


def test_the_same_figures_give_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    for name, shift in (("a", 0.0), ("b", 0.0), ("c", 3.0)):
        (tmp_path / name).mkdir()
        write_plots([points("scarnet", 40, shift)], None, tmp_path / name)
    first, again, other = ([p.read_bytes() for p in sorted((tmp_path / n).iterdir())] for n in "abc")
    assert first == again
    assert first != other
    assert len(first) == 3
