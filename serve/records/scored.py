"""What becomes of an uploaded photo before it is stored: its bytes as they will lie in the vault, and their score."""

from __future__ import annotations

from dataclasses import dataclass

from scarscore.serve.scoring.result import PhotoScore, Refusal


@dataclass(frozen=True, eq=False)
class Scored:
    """A photo made ready: `data` is the re-encoded JPEG without metadata, which is what `answer` was computed from.

    `data` is empty where the upload cannot be decoded at all: then `answer` is a refusal and nothing can be stored.
    `front_camera` is what the upload said before its metadata was dropped.
    """

    data: bytes
    sha256: str
    width: int
    height: int
    front_camera: bool
    answer: PhotoScore | Refusal
