"""Small plots of the page, as SVG that stays the same from run to run."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from validation.page import IMAGES

mpl.rcParams.update({"svg.hashsalt": "tripplan", "font.size": 8, "svg.fonttype": "none"})


@dataclass(frozen=True)
class Series:
    """One set of points or a line."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    style: str


def draw(
    name: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    diagonal: bool = False,
    band: tuple[Sequence[float], Sequence[float], Sequence[float]] | None = None,
) -> None:
    """Draw into docs/images.

    Parameters
    ----------
    name
        File name without its ending.
    series
        What to draw; styles as matplotlib's.
    x_label, y_label
        Words at the axes.
    diagonal
        Draw the line of agreement.
    band
        x, lower and upper edge of a shaded band.
    """
    figure, axes = plt.subplots(figsize=(4.6, 3.2), layout="constrained")
    for one in series:
        axes.plot(one.x, one.y, one.style, label=one.label, markersize=4, linewidth=1)
    if diagonal:
        top = max(max(one.x) for one in series) * 1.05
        axes.plot([0, top], [0, top], "-", color="0.6", linewidth=0.8)
    if band is not None:
        axes.fill_between(*band, color="tab:blue", alpha=0.15, linewidth=0)
    axes.set(xlabel=x_label, ylabel=y_label)
    axes.legend(frameon=False)
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
