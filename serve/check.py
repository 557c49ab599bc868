"""`scarscore check`: proves that this installation works, on a made-up photo, and says what to do where not.

Each step runs for real: the networks' bytes are verified, pictures of every format are decoded, a photo is
scored. A step that fails does not hide the later ones. It says nothing about how good the scores are.
"""

from __future__ import annotations

import importlib.util
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import click

from scarscore.model.options import DEFAULT, model_option

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scarscore.serve.scoring.score import Scorer

PACKAGES = {  # by the name that pip knows, the module
    "numpy": "numpy",
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "rich": "rich",
    "click": "click",
}
EXTRAS = {"parquet": "pyarrow", "train": "torch"}
FORMATS = ("JPEG", "PNG", "WebP", "HEIC")
LARGEST_ERROR = 6.0  # grey levels, mean over the picture: what coding at quality 90 may cost
TIMED_SCORES = 5


@dataclass(frozen=True)
class Step:
    """One thing to prove: `run` returns what it saw, or raises; `remedy` is what the user can do then."""

    name: str
    run: Callable[[], str]
    remedy: str


@click.command()
@model_option
@click.pass_context
def check(ctx: click.Context, model: str) -> None:
    """Prove that this installation works.

    Verifies the packages and the networks, decodes each photo format, scores a made-up photo and times it.
    Exit status 0 if all is well, 1 if a step failed.
    """
    failed = [step.name for step in steps(model) if not _passes(step)]
    click.echo("This installation works." if not failed else f"Failed: {', '.join(failed)}.")
    ctx.exit(1 if failed else 0)


def _passes(step: Step) -> bool:
    try:
        seen = step.run()
    except Exception as error:  # noqa: BLE001  whatever is wrong with an installation belongs in the report
        click.echo(f"{click.style('FAILED', fg='red')}  {step.name}: {type(error).__name__}: {error}")
        click.echo(f"        {step.remedy}")
        return False
    click.echo(f"{click.style('OK', fg='green')}      {step.name}: {seen}")
    return True


def _packages() -> str:
    from importlib.metadata import version

    for module in PACKAGES.values():
        importlib.import_module(module)
    return ", ".join(f"{package} {version(package)}" for package in ("scarscore", *PACKAGES))


def _extras() -> str:
    there = {extra: importlib.util.find_spec(module) is not None for extra, module in EXTRAS.items()}
    return ", ".join(f"{extra} {'is' if found else 'not'} installed" for extra, found in there.items())


def _networks(model: str) -> str:
    from scarscore.model.bundles import open_model

    bundle = open_model(model)
    told = [(network.metadata, network.sha256[:12]) for network in (bundle.severity, bundle.regions)]
    return f"{bundle.name}: " + "; ".join(
        f"{about.name} {about.version}, SHA-256 {sha}… as expected, {about.licence_class}" for about, sha in told
    )


def _formats() -> str:
    import numpy as np

    from scarscore.serve.scoring.decode import decode
    from scarscore.serve.scoring.result import Refusal

    photo = _photo()
    for name in FORMATS:
        decoded = decode(_encoded(photo, name))
        if isinstance(decoded, Refusal):
            raise RuntimeError(f"{name} is refused: {decoded.hint}")
        error = float(np.abs(decoded.pixels.astype(float) - photo).mean())
        if error > LARGEST_ERROR:
            raise RuntimeError(f"{name} comes back changed, by {error:.1f} grey levels")
    return ", ".join(FORMATS)


def _score(model: str) -> str:
    from scarscore.serve.scoring.overlay import uncertainties
    from scarscore.serve.scoring.result import Refusal

    answer = _scorer(model).examine(_encoded(_photo(), "JPEG")).answer
    if isinstance(answer, Refusal):
        raise RuntimeError(f"the photo is refused: {answer.hint}")
    return f"severity {answer.severity:.1f} ({uncertainties(answer)})"


def _speed(model: str) -> str:
    data = _encoded(_photo(), "JPEG")
    scorer = _scorer(model)
    scorer.examine(data)
    times = []
    for _ in range(TIMED_SCORES):
        began = time.perf_counter()
        scorer.examine(data)
        times.append(time.perf_counter() - began)
    return f"{sorted(times)[TIMED_SCORES // 2] * 1000:.0f} ms for one photo, in one process"


@cache
def _photo() -> npt.NDArray[np.uint8]:
    from scarscore.serve.demo.course import made_up_skin

    return made_up_skin()


def _encoded(photo: npt.NDArray[np.uint8], name: str) -> bytes:
    import pillow_heif
    from PIL import Image

    file, image = io.BytesIO(), Image.fromarray(photo)
    if name == "HEIC":
        pillow_heif.from_pillow(image).save(file, quality=90)
    else:
        image.save(file, name, quality=90)
    return file.getvalue()


@cache
def _scorer(model: str) -> Scorer:
    from scarscore.serve.scoring.score import Scorer

    return Scorer.load(model)


AGAIN = "Run, in a clone of the repository: pip install --force-reinstall ."


def steps(model: str) -> tuple[Step, ...]:
    """Everything that there is to prove, with this bundle of networks."""
    changed = AGAIN if model == DEFAULT else "See the message, or get the bundle again from where it came."
    return (
        Step("packages", _packages, AGAIN),
        Step("extras", _extras, AGAIN),
        Step("networks", partial(_networks, model), f"A file of the networks is missing or was changed. {changed}"),
        Step("photo formats", _formats, "Run: pip install --force-reinstall pillow pillow-heif"),
        Step(
            "score of a made-up photo",
            partial(_score, model),
            "Run: pip install --force-reinstall onnxruntime numpy",
        ),
        Step("speed", partial(_speed, model), "See the steps above."),
    )
