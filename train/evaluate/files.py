"""The two files of a report: its text, and its figures for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scarscore.train.evaluate.nulls import json_text


def write_both(folder: Path, name: str, text: str, figures: Any) -> tuple[Path, Path]:
    """Write `NAME.md` and, of figures as dicts and lists, `NAME.json` into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    markdown, data = folder / f"{name}.md", folder / f"{name}.json"
    markdown.write_text(text, encoding="utf-8")
    data.write_text(json_text(figures), encoding="utf-8")
    return markdown, data
