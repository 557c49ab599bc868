"""The cards: complete, exact about use, and refusing by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from scarscore.datasets.cards import (
    CARDS,
    Target,
    Use,
    all_cards,
    copied_cards,
    licence_class,
    load_card,
    read_card,
    require,
    rows_checksum,
)
from scarscore.datasets.errors import DataError, UseForbidden
from scarscore.datasets.photos import load

USES = {
    "acne04": Use.RESEARCH,
    "acne_new": Use.RESEARCH,
    "drawn": Use.RELEASE,
    "habibsatya": Use.EVALUATION,
    "london": Use.RELEASE,
    "scarnet": Use.RESEARCH,
}


def test_every_set_has_a_card_with_the_use_that_was_agreed() -> None:
    assert {card.name: card.use for card in all_cards()} == USES


def test_training_on_an_evaluation_set_is_refused_by_name_licence_and_use() -> None:
    with pytest.raises(UseForbidden, match=r"'habibsatya'.*research.*none stated"):
        require(["london", "habibsatya"], Use.RESEARCH)


def test_a_release_is_refused_for_a_research_set_and_granted_for_london() -> None:
    require(["london"], Use.RELEASE)
    with pytest.raises(UseForbidden, match=r"'scarnet'.*release"):
        require(["london", "scarnet"], Use.RELEASE)


def test_every_set_may_be_evaluated_on() -> None:
    require(USES, Use.EVALUATION)


def test_the_most_restricted_card_decides_the_licence_class() -> None:
    assert licence_class(["london"]) is Use.RELEASE
    assert licence_class(["scarnet", "london", "acne04"]) is Use.RESEARCH
    assert licence_class(["london", "habibsatya", "scarnet"]) is Use.EVALUATION


def test_no_sets_at_all_have_no_licence_class() -> None:
    with pytest.raises(DataError, match="no data set is named"):
        licence_class([])


@pytest.mark.parametrize("name", ["elsewhere", "../cards/london", "LONDON", ""])
def test_a_set_without_a_card_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="no card"):
        require([name], Use.EVALUATION)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("use =", "colour = 'red'\nuse ="), "unknown key 'colour'"),
        (('use = "release"\n', ""), "no key 'use'"),
        (('use = "release"', 'use = "sale"'), "use is 'sale', not one of release, research, evaluation"),
        (("photos = 174", "photos = 174.5"), "photos must be a whole number"),
        (("photos = 174\n", ""), "photos must be given, as its fellow is"),
        (("photos = 174", "photos = true"), "photos must be a whole number"),
        (('checksum = "1', 'checksum = "'), "64 hexadecimal digits"),
        (('title = "Face', 'title = ""\n# "Face'), "title must be a text"),
        (("traps = [", "traps = 'all' #["), "traps must be a list"),
        (('maps_to = "nothing"', 'maps_to = "smile"'), r"\[labels.volunteer\]: maps_to is 'smile'"),
        (
            ('maps_to = "nothing"', 'maps_to = "nothing"\nsays = "x"'),
            r"\[labels.volunteer\]: unknown key 'says'",
        ),
    ],
)
def test_a_card_with_a_wrong_key_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = (CARDS / "london.toml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "london.toml"
    path.write_text(_one_line_traps(text).replace(*change, 1), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_card(path)


def test_a_card_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(DataError, match=r"broken\.toml"):
        read_card(tmp_path / "broken.toml")


def test_scar_types_map_to_themselves() -> None:
    for label in load_card("scarnet").labels:
        assert label.maps_to is Target(label.name)


def test_cards_explain_every_label_and_count_of_the_real_photos(data_root: Path) -> None:
    photos = load(data_root).photos
    assert {photo.source for photo in photos} == {card.name for card in copied_cards()}
    for card in copied_cards():
        own = [photo for photo in photos if photo.source == card.name]
        assert len(own) == card.photos
        assert rows_checksum(own) == card.checksum
        assert {photo.label for photo in own} == {label.name for label in card.labels}


def test_the_checksum_is_over_the_sorted_lines_of_file_and_sha256(data_root: Path) -> None:
    own = [photo for photo in load(data_root).photos if photo.source == "london"]
    lines = "".join(sorted(f"{photo.file} {photo.sha256}\n" for photo in own))
    assert rows_checksum(reversed(own)) == hashlib.sha256(lines.encode()).hexdigest()
    assert rows_checksum(own[1:]) != rows_checksum(own)


def _one_line_traps(text: str) -> str:
    """The card with its traps on one line, so that a test can put something else in their place."""
    start = text.index("traps = [")
    end = text.index("\n]", start) + 2
    return text[:start] + " ".join(text[start:end].split()) + text[end:]
