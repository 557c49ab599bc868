"""The quality checks in words: what each measures, and its value and limit with their unit, for pages and reports.

Nothing is measured or judged here; what a failed check is answered with are the hints of `serve/scoring/result.py`.
"""

from __future__ import annotations

from scarscore.serve.scoring.quality.checks import LIMITS
from scarscore.serve.scoring.result import Check

_YES_NO = "yes or no"
# What each check measures, and its unit; in the terms of `checks.measure`.
CHECKS: dict[str, tuple[str, str]] = {
    "resolution": ("Short side", "px"),
    "brightness_low": ("Brightness of the lightest skin (L*)", ""),
    "skin_share": ("Share of the picture that is skin", "%"),
    "certainty": ("Certainty that it is skin", "%"),
    "faces": ("Faces in the picture", ""),
    "off_view": ("Head turned beyond the view", "°"),
    "brightness_high": ("Brightness of the skin (L*)", ""),
    "clipping": ("Skin that is burnt out or black", "%"),
    "glare": ("Skin under highlights", "%"),
    "shadow": ("Difference of light and dark skin (L*)", ""),
    "cast": ("Colour of the light (CIELAB units)", ""),
    "hue_range": ("Range of the skin's hues", "°"),
    "sharpness": ("Sharpness", ""),
    "mirrored": ("Shows the other side, by a front camera", _YES_NO),
    "chin_shown": ("Chin that is seen (squares of the face's width)", ""),
    "beard": ("Fine contrast of the chin over the other skin", ""),
}
_AT_MOST = {limit.name: limit.at_most for limit in LIMITS}


def check_label(name: str) -> str:
    """What a check measures; of one that is made no more, its name as words."""
    return _known(name)[0]


def value_words(check: Check) -> str:
    """A check's value with its unit."""
    return _number(check.value, _known(check.name)[1])


def limit_words(check: Check) -> str:
    """A check's limit with its unit: `at least 160 px`; of a check that is made no more, the bare number."""
    unit = _known(check.name)[1]
    if unit == _YES_NO:
        return "no"
    bound = {True: "at most ", False: "at least ", None: ""}[_AT_MOST.get(check.name)]
    return f"{bound}{_number(check.limit, unit)}"


def _known(name: str) -> tuple[str, str]:
    return CHECKS.get(name, (name.replace("_", " ").capitalize(), ""))


def _number(value: float, unit: str) -> str:
    if unit == _YES_NO:
        return "yes" if value else "no"
    if unit == "px":
        return f"{value:.0f} px"
    number = f"{100 * value if unit == '%' else value:.3g}"  # as fine as the limits: 11.9 is not the 11.8 it missed
    return f"{number}{unit}" if unit == "°" else f"{number} {unit}".strip()
