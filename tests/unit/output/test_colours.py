"""Colours of the route: even scales, and a red for low charge that every eye tells apart."""

import re
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest

from tripplan.arrays import Floats
from tripplan.output.drawing.colours import (
    LOW_SOC,
    SCALES,
    SOC_COLOURS,
    Scale,
    blended,
    soc_colour,
)

SIGHT = {
    "usual": np.eye(3),
    "without red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "without green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "without blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
"""What becomes of linear red, green and blue: Machado, Oliveira and Fernandes, "A
physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15 (2009),
severity 1.0, as colorspacious 1.1.2 has them."""
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # fmt: skip
"""Of linear sRGB (IEC 61966-2-1)."""
WHITE = XYZ.sum(axis=1)
APART = 20.0
"""Distance in CIELAB at which colours side by side are told apart at a glance: an assumption, some
nine times the distance that is just noticed, 2.3."""
WELL_CHARGED = np.linspace(0.2, 1.0, 161)


def linear(colour: str) -> Floats:
    """Return linear red, green and blue of "#rrggbb"."""
    channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )  # fmt: skip


def luminance(colour: str) -> float:
    """Return relative luminance as WCAG 2 defines it."""
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, sight: str) -> Floats:
    """Return a colour as a kind of eye sees it, in CIELAB."""
    seen = np.clip(SIGHT[sight] @ linear(colour), 0.0, 1.0)
    part = XYZ @ seen / WHITE
    root = np.where(part > (6 / 29) ** 3, np.cbrt(part), part / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_soc_colours_are_red_where_low_and_darken_with_charge_above() -> None:
    """So that the scale reads without colour vision."""
    assert [soc_colour(k / 10) for k in range(11)] == list(SOC_COLOURS)
    low = {soc_colour(soc) for soc in np.linspace(0, LOW_SOC, 21)}
    assert low == {SOC_COLOURS[0]}
    shades = [luminance(soc_colour(soc)) for soc in WELL_CHARGED]
    assert all(a > b for a, b in pairwise(shades))
    assert soc_colour(-1) == SOC_COLOURS[0]
    assert soc_colour(2) == SOC_COLOURS[-1]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", soc_colour(k / 37)) for k in range(38))


@pytest.mark.parametrize(
    "scale", [scale for scale in SCALES if scale.danger is None], ids=lambda scale: scale.key
)
def test_every_scale_without_danger_goes_one_way_from_dark_to_light(scale: Scale) -> None:
    shades = [luminance(blended(scale.colours, part)) for part in np.linspace(0, 1, 101)]
    steps = np.diff(shades)
    assert bool(np.all(steps > 0) or np.all(steps < 0))


@pytest.mark.parametrize("sight", SIGHT)
def test_low_charge_is_told_apart_by_every_kind_of_eye(sight: str) -> None:
    low = lab(SOC_COLOURS[0], sight)
    away = [np.linalg.norm(low - lab(soc_colour(soc), sight)) for soc in WELL_CHARGED]
    assert min(away) >= APART


def test_low_charge_stands_out_from_the_ground_in_light_and_dark() -> None:
    """By WCAG 2.1, 1.4.11: 3 to 1 for what has to be seen in order to understand."""
    sheet = resources.files("tripplan.output.page").joinpath("web/page.css").read_text("utf-8")
    grounds = re.findall(r"--ground: light-dark\((#\w{6}), (#\w{6})\)", sheet)[0]
    assert len(grounds) == 2
    for ground in grounds:
        assert contrast(SOC_COLOURS[0], ground) >= 3.0, ground


def test_a_known_pair_is_hard_to_tell_apart_without_red_or_green() -> None:
    """The check can fail: a red and a green of like lightness, far apart to the usual eye."""
    away = {sight: np.linalg.norm(lab("#c05020", sight) - lab("#708000", sight)) for sight in SIGHT}
    assert away["usual"] > APART
    assert min(away["without red"], away["without green"]) < APART
