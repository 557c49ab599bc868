"""What is held back for testing cannot be trained on: no training module reaches it, and it refuses to be loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from scarscore.train.bench import held_back

ROOT = Path(__file__).resolve().parents[3]
HELD_BACK = "scarscore.train.bench.held_back"
TESTING = ("scarscore.train.bench", "scarscore.train.evaluate")


def modules() -> dict[str, Path]:
    """Every module of ours but serving, by its name."""
    found = {}
    for folder in ("datasets", "model", "train"):
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(("scarscore", *parts)).removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> set[str]:
    """The names that a file imports, anywhere in it; of `from a import b` both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    return names


def reached_from(start: str, known: dict[str, Path]) -> set[str]:
    """Every module of ours that importing `start` leads to, at once or later."""
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        waiting.extend(imported(known[name]))
    return seen


def test_no_training_module_reaches_what_is_held_back() -> None:
    known = modules()
    training = [name for name in known if name.startswith("scarscore.train") and not name.startswith(TESTING)]
    assert {"scarscore.train.loop", "scarscore.train.run", "scarscore.train.augment"} <= set(training)
    assert [name for name in training if HELD_BACK in reached_from(name, known)] == []


def test_the_walk_would_notice() -> None:
    assert HELD_BACK in reached_from("scarscore.train.bench.measure", modules())


def test_it_refuses_to_be_loaded_by_a_training_module() -> None:
    code = (
        "import types, sys\n"
        "module = types.ModuleType('scarscore.train.loop_that_cheats')\n"
        f"exec('import {HELD_BACK}', module.__dict__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "must not learn from what is held back" in done.stderr


def test_nothing_that_is_held_back_is_offered_to_training_under_another_name() -> None:
    from scarscore.train.bench import healing, perturb

    assert not set(held_back.HEALING) & set(healing.HEALING)
    assert not set(held_back.PERTURBATIONS) & set(perturb.ALONE)
