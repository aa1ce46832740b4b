"""Sections on winter: range against published surveys, and the trip to the airport."""

from tripplan.records.vehicle import find_vehicle
from validation import airport, cold, winter
from validation.page import PAGE, percent, put, table

WINTER_PAGE = PAGE.with_name("airport.md")


def write_winter() -> bool:
    """Write the section on range in cold and heat."""
    lines = []
    for survey in winter.surveys():
        found = winter.shares(survey)
        mean = sum(found) / len(found)
        lines.append(
            [
                survey.words,
                f"{len(found)}",
                f"{100 * survey.published:.0f} %",
                f"{100 * mean:.0f} %",
                f"{100 * (mean - survey.published):+.0f}",
                f"{100 * min(found):.0f} to {100 * max(found):.0f} %",
                survey.source,
            ]
        )
    head = ("day", "cars", "published", "predicted", "points off", "from car to car", "source")
    put("winter", table(head, lines))
    return True


def write_cold() -> bool:
    """Write the section on town traffic in the cold."""
    rows = cold.rows()
    heater = {"heat_pump": "heat pump", "ptc": "resistive", "unknown": "not known"}
    lines = [
        [
            f"{row.name} ({row.years})",
            heater[row.heater],
            f"{row.measured:.2f}",
            f"{row.heated:.2f}",
            percent(row.error),
            f"{row.unheated:.2f}",
        ]
        for row in rows
    ]
    errors = [row.error for row in rows if row.heater == "heat_pump"]
    words = (
        f"Cars with heat pumps: mean absolute error "
        f"{100 * sum(map(abs, errors)) / len(errors):.1f} %, bias "
        f"{percent(sum(errors) / len(errors))}, over {len(errors)} rows."
    )
    head = ("car", "heater", "measured", "heat pump on", "error", "heater off")
    put("cold", f"{words}\n\n{table(head, lines)}")
    return True


def write_airport() -> bool:
    """Write the page of the airport."""
    lines = []
    planner = airport.quiet_planner()
    for found in airport.answers(planner):
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
    rows = [
        [
            case.words,
            *(
                text
                for found in both
                for text in (f"{100 * found.left_soc:.0f} %", f"{100 * found.probability:.0f} %")
            ),
        ]
        for case, both in airport.cases(planner)
    ]
    names = [text for name in airport.CASES_OF for text in (find_vehicle(name).name, "chance")]
    put("cases", table(["at -18 °C", *names], rows), WINTER_PAGE)
    return True
