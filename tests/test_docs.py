"""The documents: every command and option is told of, links lead somewhere, nothing private slipped in."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scarscore.serve.cli import root as command_line

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Written so that no pattern finds itself in this file.
PRIVATE = {
    "a path of somebody's machine": re.compile(rb"(?<![\w.])/(?:[w]ork|[h]ome|[U]sers|[r]oot|[t]mp/w)/"),
    "a tool of one workplace": re.compile(rb"\.[l]ibrary/"),
    "the address of a package registry": re.compile(
        rb"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.org|[c]rates\.io|[a]naconda\.org|[d]ownload\.pytorch\.org"
    ),
}


def tracked_files() -> list[Path]:
    """What is or would be committed; in a tree without git, everything but the usual droppings."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        droppings = re.compile(r"(^|/)(\.(?!ci|typing)|__pycache__|build|runs|[^/]*\.egg-info)")
        names = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*"))
        return [ROOT / name for name in names if not droppings.search(name) and (ROOT / name).is_file()]
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def markdown_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".md"]


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command below this one, with the words that call it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


def section(text: str, title: str) -> str:
    """The text under the heading that names this command, up to the next heading."""
    headings = list(HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        if heading[1].strip("` ") == title:
            return text[heading.end() : following.start() if following else None]
    raise AssertionError(f"docs/cli.md has no heading {title!r}")


def anchors(path: Path) -> set[str]:
    """The anchors that a reader's browser makes of the headings."""
    titles = HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_command_and_option_stands_in_the_reference() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    checked = 0
    for title, command in commands(command_line, ("scarscore",)):
        told = section(text, title)
        options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
        for name in (name for option in options for name in (*option.opts, *option.secondary_opts)):
            checked += 1
            assert re.search(rf"(?<![\w-]){name}(?![\w-])", told), f"{title}: {name} is not told of"
    assert checked > 20


def test_every_relative_link_leads_to_a_file_and_a_heading() -> None:
    checked = 0
    for document in markdown_files():
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            aim = (document.parent / name).resolve() if name else document
            where = f"{document.relative_to(ROOT)}: {target}"
            assert aim.is_relative_to(ROOT), where
            assert aim.exists(), where
            assert not anchor or anchor in anchors(aim), where
            checked += 1
    assert checked > 0


@pytest.mark.parametrize("what", PRIVATE)
def test_no_file_names(what: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in tracked_files() if PRIVATE[what].search(path.read_bytes())]
    assert found == []


def test_the_folders_open_with_a_readme_of_about_ten_lines() -> None:
    for folder in ("datasets", "model", "serve", "tests", "train"):
        lines = (ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()
        assert 5 <= len(lines) <= 14, folder


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_notice_names_every_data_set_that_has_a_card() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for card in (ROOT / "datasets" / "cards").glob("*.toml"):
        assert card.stem in notice
