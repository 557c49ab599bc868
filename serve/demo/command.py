"""`scarscore demo`: a synthetic course of six visits, scored like any photos, in the terminal and as a page.

It proves that the installation works from pixels to report, and shows what the numbers mean. It is also a
check: the scars fade from visit to visit, and if the severities do not fall in that order, it says so and
fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from scarscore.serve.demo.course import ScoredVisit


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("scarscore-demo"),
    show_default=True,
    help="Folder for the photos, their overlays and the page.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=6, show_default=True, help="Another seed: another cheek."
)
@click.pass_context
def demo(ctx: click.Context, out: Path, seed: int) -> None:
    """Show a made-up course of six visits, scored.

    Draws synthetic cheek skin whose scars fade over six visits, scores each photo, prints a table and a
    chart, and writes the photos, their overlays, one picture, course.png, and one page, course.html. Ends
    with status 1 if the severities do not fall in the order in which the scars fade.
    """
    from rich.console import Console

    from scarscore.serve.demo.course import scored_course
    from scarscore.serve.scoring.score import Scorer

    console = Console()
    with console.status("Drawing and scoring six visits"):
        visits = scored_course(seed, Scorer.load())
    ctx.exit(0 if present(visits, seed, out, console) else 1)


def present(visits: Sequence[ScoredVisit], seed: int, out: Path, console: Console) -> bool:
    """Print and write a scored course; True if its severities fall in the order in which the scars fade.

    Raises OutputError where the folder cannot be written.
    """
    from scarscore.serve.demo.chart import chart, table
    from scarscore.serve.demo.course import rises

    wrong = rises(visits)
    order = _order(wrong)
    page = _write(out, visits, seed, order)
    console.print(table(visits))
    console.print()
    console.print(chart(visits, console.width, plain=not console.encoding.lower().startswith("utf")))
    console.print(f"\n{order}\nSynthetic skin, no person. Not a diagnosis.")
    console.print(f"Page: {page.resolve()}", soft_wrap=True, highlight=False, markup=False)
    return not wrong


def _order(wrong: tuple[int, ...]) -> str:
    if not wrong:
        return "The severities fall in the order in which the scars fade."
    named = ", ".join(str(number) for number in wrong)
    return f"The severities do NOT fall in the order in which the scars fade: see visit {named}."


def _write(out: Path, visits: Sequence[ScoredVisit], seed: int, order: str) -> Path:
    """Write the photos, overlays and page; the page's path. Raises OutputError where that cannot be done."""
    from PIL import Image

    from scarscore.serve.demo.page import render_page
    from scarscore.serve.demo.strip import strip
    from scarscore.serve.errors import OutputError

    page = out / "course.html"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for visit in visits:
            (out / f"visit-{visit.number}.jpg").write_bytes(visit.photo)
            Image.fromarray(visit.overlay).save(out / f"visit-{visit.number}-overlay.png")
        Image.fromarray(strip(visits)).save(out / "course.png")
        page.write_text(render_page(visits, seed, order), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write the demo to {out}: {error.strerror or error}") from error
    return page
