"""Writes `src/tripplan/data/drag_factors.csv`: what range tests of the validation say of drag."""

import csv
import io
from collections import Counter
from pathlib import Path

from validation import range_tests

TARGET = Path(__file__).parents[1] / "src" / "tripplan" / "data" / "drag_factors.csv"


def text() -> str:
    """Return the file's text."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("car", "drag_factor", "tests", "sources"))
    for car, (factor, tests) in range_tests.factors().items():
        counted = Counter(test.source for test in tests)
        sources = "; ".join(f"{name} ({count})" for name, count in sorted(counted.items()))
        writer.writerow((car, f"{factor:.2f}", len(tests), sources))
    return file.getvalue()


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET)
