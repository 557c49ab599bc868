"""What becomes of an uploaded photo before it is stored: its bytes as they will lie in the vault, and their score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scarscore.serve.scoring.result import PhotoScore, Refusal, View


@dataclass(frozen=True, eq=False)
class Scored:
    """A photo made ready: `data` is the re-encoded JPEG without metadata, which is what `answer` was computed from.

    `data` is empty where the upload cannot be decoded at all: then `answer` is a refusal and nothing can be stored. It
    is empty, too, of a photo that is stored already.
    `answer` is None where nothing was to be scored: too soon after a session no severity is computed. `front_camera`
    is what the upload said before its metadata was dropped. `model` names both networks, as `ScoreRow.model` does.
    `view` is as which view it was judged: as the caller said, or, where it was to be guessed, as the photo shows.
    """

    data: bytes
    sha256: str
    width: int
    height: int
    front_camera: bool
    answer: PhotoScore | Refusal | None
    model: str = ""
    view: View | None = None


class Scoring(Protocol):
    """What scores photos for the server, in processes of their own: `pool.ScoringPool`."""

    @property
    def model(self) -> str:
        """The severity network: a shipped one by name, or the path of an `.onnx` file."""

    @property
    def networks(self) -> str:
        """Both networks, as `ScoreRow.model` names them."""

    def score(self, upload: bytes, view: View | None, *, judge: bool = True, guess: bool = False) -> Scored:
        """Re-encode a photo and score what is then stored; without `judge` it is only re-encoded. Raises `Busy`.

        With `guess` a photo without a view is judged as the view that it shows.
        """

    def again(self, stored: bytes, view: View, *, front_camera: bool) -> Scored:
        """Score a photo that is stored, from exactly its bytes, which are not in the answer. Raises `Busy`."""
