"""The promise: no file, however broken or crafted, crashes, stalls or floods the scoring; each is refused by reason.

Times and memory are measured in a process of its own, so that nothing else counts toward them.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.result import HINTS, Reason, Refusal
from tests import make

TRUNCATIONS = 60
FLIPS = 300
SMALL = (216, 176)  # px: small files, so that thousands of decodes take seconds

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from scarscore.serve.scoring.decode import decode

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

decode(Path(sys.argv[1]).read_bytes())
for path in sys.argv[2:]:
    data, times = Path(path).read_bytes(), []
    before = peak()
    for _ in range(3):
        start = time.thread_time()
        answer = decode(data)
        times.append(time.thread_time() - start)
    reason = getattr(answer, "reason", None)
    print(json.dumps([Path(path).name, reason, min(times) * 1000, peak() - before]))
"""


def bombs() -> Iterator[tuple[str, bytes, Reason]]:
    """Files made to cost time or memory, and pictures of the wrong kind."""
    photo = make.jpeg()
    yield "81 MP in 236 kB", make.png_bomb(), Reason.TOO_MANY_PIXELS
    yield "header of 65,535 px", make.jpeg_sized(65_535, 65_535), Reason.TOO_MANY_PIXELS
    yield "side of 65,500 px", make.jpeg_sized(65_500, 200), Reason.TOO_MANY_PIXELS
    yield "webp of 256 MP", make.webp_sized(16_000, 16_000), Reason.TOO_MANY_PIXELS
    yield "heic of 4 gigapixels", make.heic_sized(65_535, 65_535), Reason.TOO_MANY_PIXELS
    yield "2,000 scans", make.jpeg_of_many_scans(), Reason.TRUNCATED
    yield "2 million exif blocks", make.jpeg_of_many_exif_blocks(), Reason.TRUNCATED
    yield "jpeg of fill bytes", photo[:2] + b"\xff" * 24_000_000 + photo[2:], Reason.TRUNCATED
    yield "jpeg of zeros", photo[:3] + bytes(24_000_000) + photo[3:], Reason.TRUNCATED
    yield (
        "jpeg of tables",
        make.with_segments(photo, make.segment(0xDB, bytes(65_000)) * 300),
        Reason.TRUNCATED,
    )
    empty = make.chunk(b"IDAT", b"")
    yield "a million empty chunks", make.png_of(480, 360, 8, 2, b"", empty * 1_000_000), Reason.TRUNCATED
    yield "animated webp", make.animation("WEBP"), Reason.ANIMATED
    yield "animated png", make.animation("PNG"), Reason.ANIMATED
    yield "heic of three pictures", make.animation("HEIF"), Reason.ANIMATED
    for kind in ("GIF", "TIFF", "BMP", "PDF", "EPS", "JPEG2000"):
        yield f"{kind} named jpg", make.saved(make.photo(), kind), Reason.UNSUPPORTED_FORMAT
    yield "svg named jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.UNSUPPORTED_FORMAT
    yield "text named jpg", b"not a photo\n" * 2_000_000, Reason.NOT_AN_IMAGE
    yield "page before a photo", b"<html><!--" + photo + b"--></html>", Reason.NOT_AN_IMAGE
    yield "archive before a photo", b"PK\3\4" + photo, Reason.NOT_AN_IMAGE
    yield "empty", b"", Reason.EMPTY
    yield "over 25 MB", photo + bytes(25_000_000), Reason.FILE_TOO_LARGE
    yield "only a signature", b"\xff\xd8\xff\xe0", Reason.TRUNCATED
    yield "half a photo", photo[: len(photo) // 2], Reason.TRUNCATED


def test_bombs_and_wrong_types_are_refused_within_50_ms_and_64_mb(tmp_path: Path) -> None:
    expected, paths = {}, []
    for name, data, reason in bombs():
        path = tmp_path / f"{name}.jpg"
        path.write_bytes(data)
        paths.append(str(path))
        expected[path.name] = str(reason)
    warm = tmp_path / "warm.jpg"
    warm.write_bytes(make.jpeg())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(warm), *paths], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    measured = [json.loads(line) for line in done.stdout.splitlines()]
    assert {name: reason for name, reason, _, _ in measured} == expected
    slow = {name: milliseconds for name, _, milliseconds, _ in measured if milliseconds > 50}
    large = {name: megabytes for name, _, _, megabytes in measured if megabytes > 64}
    assert (slow, large) == ({}, {})


@pytest.mark.parametrize(
    "file",
    [make.png_text_bomb(), make.png_profile_bomb()],
    ids=["60 MB of text", "a profile of 100 MB"],
)
def test_a_good_photo_with_hostile_metadata_is_read_without_unpacking_it(file: bytes) -> None:
    answer, plain = decode(file), decode(make.png())
    assert isinstance(answer, Decoded)
    assert isinstance(plain, Decoded)
    assert (answer.pixels == plain.pixels).all()


def test_exif_that_points_everywhere_costs_nothing() -> None:
    """5,000 entries that each claim the whole block, and an orientation at the end."""
    entries = b"".join((0x8000 + n).to_bytes(2) + b"\0\7" + (60_000).to_bytes(4) + bytes(4) for n in range(5_000))
    last = b"\x01\x12\0\3\0\0\0\1\0\6\0\0"
    block = b"Exif\0\0MM\0*\0\0\0\x08" + (5_001).to_bytes(2) + entries + last + bytes(4)
    answer = decode(make.with_segments(make.jpeg(), make.segment(0xE1, block)))
    assert isinstance(answer, Decoded)
    assert (answer.width, answer.height) == (360, 480)


@pytest.mark.parametrize("tail", [b"PK\3\4 an archive", b"%PDF-1.7", b"<script>alert(1)</script>", make.png()], ids=str)
def test_what_hangs_behind_a_photo_is_left_out(tail: bytes) -> None:
    plain, laden = decode(make.jpeg()), decode(make.jpeg() + tail)
    assert isinstance(plain, Decoded)
    assert isinstance(laden, Decoded)
    assert (plain.pixels == laden.pixels).all()


def holds(data: bytes) -> None:
    answer = decode(data)
    if isinstance(answer, Refusal):
        assert answer.hint == HINTS[answer.reason]
        return
    assert isinstance(answer, Decoded)
    assert answer.pixels.ndim == 3
    assert max(answer.pixels.shape[:2]) <= 1024
    assert answer.width * answer.height <= 50_000_000


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Pillow warns about some of the damage; here the answer counts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", make.good_files(*SMALL))
def test_every_file_cut_short_anywhere_gets_an_answer(name: str) -> None:
    file = make.good_files(*SMALL)[name]
    places = {len(file) * part // TRUNCATIONS for part in range(TRUNCATIONS)} | set(range(40))
    for place in sorted(places):
        holds(file[:place])


@pytest.mark.parametrize("name", make.good_files(*SMALL))
def test_every_file_with_flipped_bytes_gets_an_answer(name: str) -> None:
    file = make.good_files(*SMALL)[name]
    rng = random.Random(name)
    for trial in range(FLIPS):
        damaged = bytearray(file)
        # Headers are a small part of the file and most of what can go wrong.
        reach = len(file) if trial % 2 else min(len(file), 800)
        for _ in range(rng.choice((1, 1, 4, 16))):
            damaged[rng.randrange(reach)] = rng.randrange(256)
        holds(bytes(damaged))


def test_every_file_cut_in_half_is_refused_as_truncated() -> None:
    for name, file in make.good_files(*SMALL).items():
        answer = decode(file[: len(file) // 2])
        assert isinstance(answer, Refusal), name
        assert answer.reason is Reason.TRUNCATED, name
