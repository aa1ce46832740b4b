"""Compare with all measurements that are there, and write docs/models/validation.md."""

from validation import (
    sections_catalogue,
    sections_charging,
    sections_consumption,
    sections_ranges,
    sections_study,
    sections_trips,
)

SECTIONS = {
    "drives of an i3": sections_consumption.write_drives,
    "calibration": sections_consumption.write_calibration,
    "EPA cycles": sections_consumption.write_epa,
    "rated cars": sections_catalogue.write_rated,
    "ranges at a steady speed": sections_ranges.write_ranges,
    "bands": sections_ranges.write_bands,
    "charging": sections_charging.write_times,
    "a thousand kilometres": sections_charging.write_challenge,
    "heat": sections_charging.write_heat,
    "range in winter": sections_trips.write_winter,
    "town in the cold": sections_trips.write_cold,
    "airport in winter": sections_trips.write_airport,
    "a second car": sections_study.write_second_car,
}


def main() -> None:
    """Write section after section; one whose data is absent stays as it was."""
    for name, write in SECTIONS.items():
        done = write()
        print(f"{name}: {'written' if done else 'its data is not on this machine; left as it was'}")


if __name__ == "__main__":
    main()
