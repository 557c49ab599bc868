"""A photo that names a front camera is known, in every format that carries EXIF; broken EXIF says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.selfie import front_camera
from tests import make

FRONT = "iPhone 15 front TrueDepth camera 2.69mm f/1.9"
BACK = "iPhone 15 back dual wide camera 5.96mm f/1.6"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heic"])
@pytest.mark.parametrize(("lens", "front"), [(FRONT, True), ("Pixel 7 front camera 2.74mm f/2.2", True), (BACK, False)])
def test_a_front_camera_is_known_by_its_lens(kind: str, lens: str, front: bool) -> None:
    decoded = decode(getattr(make, kind)(exif=make.exif_of_lens(lens)))
    assert isinstance(decoded, Decoded)
    assert decoded.front_camera is front


def test_without_a_lens_nothing_is_said() -> None:
    assert not front_camera(make.exif(1))
    assert not front_camera(b"")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_broken_exif_never_raises(rest: bytes) -> None:
    assert front_camera(b"Exif\0\0II*\0" + rest) in (True, False)


@settings(deadline=None)
@given(st.integers(0, len(make.exif_of_lens(FRONT))))
def test_cut_off_exif_never_raises(length: int) -> None:
    assert front_camera(make.exif_of_lens(FRONT)[:length]) in (True, False)
