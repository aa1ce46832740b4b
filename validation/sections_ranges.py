"""Section of the page on ranges at a steady speed."""

import numpy as np

from tripplan.physics import spread
from tripplan.records.vehicle import find_vehicle
from validation import ranges
from validation.page import percent, put, table


def write_ranges() -> bool:
    """Write the section of ranges at a steady speed."""
    rows = ranges.rows()
    lines = [
        [
            find_vehicle(row.car).name,
            f"{row.kmh:.0f}",
            f"{row.ambient_c:g}",
            row.published,
            f"{row.measured_wh_per_km:.0f}",
            f"{row.predicted_wh_per_km:.0f}",
            percent(row.error),
            row.source,
            row.remark,
        ]
        for row in rows
    ]
    errors = np.array([row.error for row in rows])
    band = spread.QUANTILE_90 * spread.SCALE
    held = int(np.count_nonzero(np.abs(errors) <= band))
    needed = float(np.quantile(np.abs(errors), 0.8))
    words = (
        f"Mean absolute error of the consumption {100 * np.abs(errors).mean():.1f} %, bias "
        f"{percent(float(errors.mean()))}, over {errors.size} rows. The band of plans, "
        f"±{100 * band:.0f} %, holds {held} of them; ±{100 * needed:.0f} % would hold eight in ten."
    )
    head = ("car", "km/h", "°C", "published", "Wh/km", "predicted", "error", "source", "remark")
    put("ranges", f"{words}\n\n{table(head, lines)}")
    return True
