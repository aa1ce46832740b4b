"""Section of the page on the trip to the airport in winter."""

from validation import airport
from validation.page import PAGE, put, table

WINTER_PAGE = PAGE.with_name("airport.md")


def write_airport() -> bool:
    """Write the page of the airport."""
    lines = []
    for found in airport.answers():
        first = found.ambient_c == airport.TEMPERATURES_C[0]
        name = f"{found.car.name}, SOH {found.car.battery.soh:.0%}"
        lines.append(
            [
                name if first else "",
                f"{found.ambient_c:.0f}",
                f"{100 * found.atlas_soc:.0f} %",
                f"{100 * found.left_soc:.0f} %",
                f"{100 * found.p10_soc:.0f} to {100 * found.p90_soc:.0f} %",
                f"{100 * found.probability:.0f} %",
            ]
        )
    head = ("car", "°C", "left, atlas", "left, 40 miles a way", "P10 to P90", "chance")
    put("airport", table(head, lines), WINTER_PAGE)
    return True
