"""What the reader can switch on the page: units, light and dark, what colours the route."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from tripplan.output.drawing.colours import SCALES, Scale, blended
from tripplan.output.drawing.markup import Markup, joined, tag
from tripplan.output.drawing.route_profile import RouteProfile
from tripplan.output.text import words

Range = tuple[float, float]


def choice(name: str, legend: str, options: Iterable[tuple[str, str]], chosen: str) -> Markup:
    """Return a row of radio buttons.

    Parameters
    ----------
    name
        Name of the group in the page.
    legend
        What is chosen, as it is shown.
    options
        Values with their labels.
    chosen
        The value that is chosen at first.
    """
    return tag(
        "fieldset",
        tag("legend", legend),
        *(
            tag(
                "label",
                tag("input", type="radio", name=name, value=value, checked=value == chosen),
                tag("span", label),
            )
            for value, label in options
        ),
        class_="tp-choice",
    )


def reading() -> Markup:
    """Return the switches for units and for light and dark."""
    return tag(
        "div",
        choice("tp-units", "Units", (("metric", "km, °C"), ("us", "mi, °F")), "metric"),
        choice("tp-look", "Look", (("auto", "auto"), ("light", "light"), ("dark", "dark")), "auto"),
        class_="tp-switches",
    )


def over() -> Markup:
    """Return the switch for what the chart lies along."""
    return choice("tp-over", "Along", (("km", "distance"), ("time", "time")), "km")


def ranges(profile: RouteProfile) -> dict[str, Range]:
    """Return what lowest and highest value each scale spans, by its key, in metric units."""
    return {
        "soc": (0.0, 1.0),
        "speed": _around(profile.speed_kmh[profile.part % 2 == 0], 10.0),
        "pack": _around(profile.pack_c, 5.0),
        "height": _around(profile.elevation_m, 100.0),
    }


def _around(values: np.ndarray, step: float) -> Range:
    low = float(np.floor(values.min() / step) * step)
    return low, max(float(np.ceil(values.max() / step) * step), low + step)


def legend(profile: RouteProfile, *, slow: bool, assumed: bool = False) -> Markup:
    """Return the switch of the route's colours with the scale of each.

    Parameters
    ----------
    profile
        What the scales span.
    slow
        Whether the route has stretches to drive slower.
    assumed
        Whether it has stretches that are legal by assumed limits alone.
    """
    spans = ranges(profile)
    labels = ("Battery", "Speed", "Pack temp", "Height")
    return tag(
        "div",
        choice(
            "tp-colour", "Colour of the route",
            [(scale.key, label) for scale, label in zip(SCALES, labels, strict=True)], "soc",
        ),
        *(_scale(scale, *spans[scale.key]) for scale in SCALES),
        tag("div", tag("i"), "drive slower", class_="tp-legend-slow") if slow else None,
        tag("div", tag("i"), "limit assumed", class_="tp-legend-assumed") if assumed else None,
        class_="tp-legend",
    )  # fmt: skip


def _scale(scale: Scale, low: float, high: float) -> Markup:
    ticks = [_tick_text(scale.key, value) for value in (low, 0.5 * (low + high), high)]
    return tag(
        "div",
        tag("div", scale.title, class_="tp-legend-title"),
        tag(
            "div", class_="tp-scale",
            style=f"background:linear-gradient(to right,{','.join(scale.colours)})",
        ),
        tag("div", *(tag("span", tick) for tick in ticks), class_="tp-ticks"),
        _danger(scale) if scale.danger is not None else None,
        class_=f"tp-scale-of tp-scale-{scale.key}",
    )  # fmt: skip


def _danger(scale: Scale) -> Markup:
    """Return what the wide stretches are."""
    low = joined("low: below ", _tick_text(scale.key, scale.danger or 0.0))
    mark = tag("i", style=f"background:{blended(scale.colours, 0.0)}")
    return tag("div", mark, low, class_="tp-legend-low")


_TELL: Mapping[str, Callable[[float], str]] = {
    "soc": words.percent,
    "speed": words.speed,
    "pack": words.temperature,
    "height": words.height,
}


def _tick_text(key: str, value: float) -> Markup:
    return joined(_TELL[key](value))
