"""The house: what is declared is what is there, and imports flow one way."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("datasets", "model", "serve", "train")
TRAINING_ONLY = ("torch", "torchvision", "albumentations", "onnxscript", "scipy", "scikit-learn", "sklearn")
# What each folder may import of ours; serve takes from datasets what the demo and the error table need.
MAY_IMPORT = {
    "datasets": ("scarscore.datasets",),
    "model": ("scarscore.model",),
    "serve": (
        "scarscore.serve",
        "scarscore.model",
        "scarscore.datasets.synthetic",
        "scarscore.datasets.errors",
    ),
    "train": ("scarscore.train", "scarscore.model", "scarscore.datasets"),
}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def packages_in_tree() -> set[str]:
    """The four folders, and every folder below them that holds Python files."""
    inner = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    return {"scarscore." + ".".join(folder.relative_to(ROOT).parts) for folder in inner}


def python_files(folder: str) -> Iterator[Path]:
    return (path for path in sorted((ROOT / folder).rglob("*.py")))


def imports_of_ours(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} line {node.lineno}: imports are absolute here"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "scarscore")


def test_the_declared_packages_are_those_of_the_tree(project: dict[str, Any]) -> None:
    declared = project["tool"]["setuptools"]["packages"]
    assert sorted(declared) == sorted(packages_in_tree())


def test_every_package_but_datasets_has_an_init_file() -> None:
    """Without one at the root, another distribution called datasets is never shadowed."""
    assert not (ROOT / "datasets" / "__init__.py").exists()
    for name in packages_in_tree() - {"scarscore.datasets"}:
        assert (ROOT.joinpath(*name.split(".")[1:]) / "__init__.py").is_file(), name


def test_every_declared_data_file_is_there(project: dict[str, Any]) -> None:
    for package, globs in project["tool"]["setuptools"]["package-data"].items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        for pattern in globs:
            assert list(folder.glob(pattern)), f"{package}: {pattern} matches no file"


def test_every_file_that_is_no_code_is_declared(project: dict[str, Any]) -> None:
    """Cards, presets, weights and pages must reach a plain install; READMEs stay in the checkout."""
    declared = {
        path
        for package, globs in project["tool"]["setuptools"]["package-data"].items()
        for pattern in globs
        for path in ROOT.joinpath(*package.split(".")[1:]).glob(pattern)
    }
    # The folds' networks are for `scarscore evaluate` in a checkout, which needs the photos beside it anyway.
    left_out = ROOT / "model" / "weights" / "folds"
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if left_out in path.parents:
                continue
            if path.is_file() and path.suffix not in (".py", ".pyc") and path.name != "README.md":
                assert path in declared, f"{path.relative_to(ROOT)} is in no package-data"


def test_typing_links_lead_to_the_four_folders(project: dict[str, Any]) -> None:
    links = {path.name: path.readlink() for path in (ROOT / ".typing" / "scarscore").iterdir()}
    assert links == {name: Path("..", "..", name) for name in FOLDERS}
    assert project["tool"]["setuptools"]["package-dir"] == {f"scarscore.{name}": name for name in FOLDERS}


def test_the_base_install_holds_nothing_that_only_training_needs(project: dict[str, Any]) -> None:
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in project["project"]["dependencies"]}
    assert "onnxruntime" in names
    assert names.isdisjoint(TRAINING_ONLY)


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text[text.index("\ndependencies = [") : text.index("[project.scripts]")]
    lines = [line for line in section.splitlines() if line.startswith('    "')]
    assert len(lines) > 10
    assert [line for line in lines if not re.search(r'",\s+# \w', line)] == []


def test_importing_all_of_serve_leaves_training_libraries_out() -> None:
    modules = [
        ".".join(("scarscore", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for path in python_files("serve")
        if path.name not in ("__main__.py", "env.py")  # importing them runs the command line, and the migrations
    ]
    assert len(modules) > 10
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *modules], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(TRAINING_ONLY)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    checked = 0
    for path in python_files(folder):
        for name in imports_of_ours(path):
            checked += 1
            allowed = any(name == prefix or name.startswith(prefix + ".") for prefix in MAY_IMPORT[folder])
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"
    assert checked > 0


def test_the_version_is_the_same_wherever_it_is_stated(project: dict[str, Any]) -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == project["project"]["version"]  # type: ignore[index]  # no match is a failure
