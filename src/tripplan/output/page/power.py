"""The power over the time of a stop, coloured by what held it down, as inline SVG."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from tripplan.output.drawing.colours import LIMIT_COLOURS
from tripplan.output.drawing.markup import Markup, joined, tag
from tripplan.output.page.charts import outline
from tripplan.output.text import statements, words
from tripplan.records.plan import ChargingStop
from tripplan.units import S_PER_H


def power_chart(stop: ChargingStop) -> Markup:
    """Return the power over the time of a stop, coloured by what held it down."""
    width, height, left, bottom = 270.0, 112.0, 30.0, 76.0
    end_s = max(stop.samples[-1].since_plug_in_s, 1.0) if stop.samples else 1.0
    top_kw = max(stop.max_kw, 1.0) * 1.1
    highest = words.power(stop.max_kw).removesuffix(" kW")

    def x(since_s: float) -> float:
        return left + since_s / end_s * (width - left - 6.0)

    def y(kw: float) -> float:
        return bottom - kw / top_kw * (bottom - 8.0)

    ticks = (0.0, 0.5 * end_s, end_s)
    inside = [
        tag("title", f"Charging power over {words.duration(end_s)}"),
        *_bands(stop, x, y, bottom),
        tag("line", x1=left, x2=width - 6, y1=bottom, y2=bottom, class_="tp-axis"),
        tag("text", highest, x=left - 4, y=y(stop.max_kw) + 4, text_anchor="end"),
        tag("text", "kW", x=left - 4, y=y(stop.max_kw) + 17, text_anchor="end"),
        *(
            tag(
                "text", _since(t, end_s), x=round(x(t), 1), y=bottom + 14,
                text_anchor="end" if t == end_s else "middle" if t else "start",
            )
            for t in ticks
        ),
        _limit_legend(stop, left, bottom + 32),
    ]  # fmt: skip
    return tag(
        "svg", *inside, viewBox=f"0 0 {width:g} {height:g}", class_="tp-power", role="img",
        aria_label=f"Charging power: mean {words.power(stop.mean_kw)}, "
        f"highest {words.power(stop.max_kw)}",
    )  # fmt: skip


def _since(t: float, end_s: float) -> str:
    return f"{t / 60:.0f} min" if end_s < 3 * S_PER_H else f"{t / S_PER_H:.1f} h"


def _bands(
    stop: ChargingStop, x: Callable[[float], float], y: Callable[[float], float], bottom: float
) -> Sequence[Markup]:
    """Return one filled step line for each spell with the same limit."""
    bands: list[tuple[str, list[tuple[float, float]]]] = []
    for now, then in pairwise(stop.samples):
        colour = LIMIT_COLOURS[now.limited_by]
        if not bands or bands[-1][0] != colour:
            bands.append((colour, []))
        level = y(now.power_kw)
        bands[-1][1].append((x(now.since_plug_in_s), level))
        bands[-1][1].append((x(then.since_plug_in_s), level))
    drawn = []
    for colour, corners in bands:
        columns = np.array(corners)
        drawn_line = outline(columns[:, 0], columns[:, 1], bottom)
        drawn.append(tag("polygon", points=drawn_line, fill=colour, fill_opacity=0.75))
    return drawn


def _limit_legend(stop: ChargingStop, left: float, top: float) -> Markup:
    names = {"vehicle": "car's curve", "charger": "charger", "temperature": "temperature"}
    marks = []
    at = left
    for limit in statements.limit_shares(stop):
        colour = LIMIT_COLOURS[limit]
        marks.append(tag("rect", x=at, y=top - 8, width=9, height=9, fill=colour))
        marks.append(tag("text", names[limit], x=at + 13, y=top))
        at += 28 + 5.6 * len(names[limit])
    return joined(*marks)
