"""Section of the page on the table's rated cars: met by construction, and families left out."""

import numpy as np

from validation import epa_catalogue
from validation.page import put, table


def write_rated() -> bool:
    """Write the section of the rated cars."""
    every = epa_catalogue.rated()
    met = np.abs(epa_catalogue.met(every)).max()
    former = epa_catalogue.with_default(every)
    left_out = epa_catalogue.families_left_out(every)
    families = len({one.line["f"] for one in every})
    groups = np.array([one.line["gr"] for one in every])
    lines = []
    for name in ("all", *sorted(set(groups.tolist()))):
        rows = np.ones(groups.size, dtype=bool) if name == "all" else groups == name
        cells = [name, str(int(rows.sum()))]
        cells.append(str(len({o.line["f"] for o, used in zip(every, rows, strict=True) if used})))
        for errors in (former, left_out):
            mean, bias = np.abs(errors[rows]).mean(axis=0), errors[rows].mean(axis=0)
            cells += [f"{100 * m:.1f} % ({100 * b:+.1f})" for m, b in zip(mean, bias, strict=True)]
        lines.append(cells)
    head = ("makers", "cars", "families", "0.92 and 0.80: UDDS", "HWFET")
    words = (
        f"{len(every)} cars of {families} families. With their own efficiencies all results come "
        f"out within {100 * met:.2f} %, by construction. Mean absolute (signed) errors otherwise:"
    )
    laid_out = table((*head, "family left out: UDDS", "HWFET "), lines)
    put("rated", f"{words}\n\n{laid_out}")
    return True
