"""Run every benchmark that can run here; join what they wrote into RESULTS.md and the README.

    python benchmarks/everything.py [--join] [NAME ...]

Each benchmark runs in a process of its own and writes its section to `results/`.  One whose data or
programs are absent says so, and its section stays as it was.  With --join nothing is run.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import readme

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
SCRIPTS = {
    "grid": "grid_section.py",
    "cold_starts": "cold_starts.py",
    "opponents": "opponents.py",
    "routers": "routers.py",
    "colorado": "colorado.py",
    "europe": "europe.py",
    "certificate": "certificate.py",
    "heat_gaps": "heat_gaps.py",
    "hops": "hops.py",
    "growth": "growth.py",
    "first_plans": "first_plans.py",
    "replan": "replan.py",
    "pages": "pages.py",
    "start": "start.py",
    "charger_files": "charger_files.py",
    "batch": "batch.py",
    "batch_deaths": "batch_deaths.py",
    "scale": "scale.py",
}
"""The script of each section, in the order of the page."""

HEAD = """\
# Results of `make bench`

Measured on two shared cores. Seconds are those of that machine and stand beside ratios of times
that were taken in one run; only the ratios say something about the programs. Times below the first
section are CPU times of the process, because others were at work on the same cores: a search runs
on one thread, so that on an idle machine its clock time is the same; metrics and weightings of a
customisation are worked out side by side and told as the sum of both. Real data lie outside the
project; a section whose data are absent is kept as it was measured last.
"""


def joined(folder: Path) -> str:
    """Return the page from the sections that are there."""
    parts = [HEAD]
    for name in SCRIPTS:
        path = folder / f"{name}.md"
        if path.exists():
            parts.append(as_section(path.read_text(encoding="utf-8")))
    return "\n".join(parts)


def as_section(text: str) -> str:
    """Turn a page with a title of its own into a section."""
    first, _, rest = text.partition("\n")
    if first.startswith("# "):
        first = "## Against a plain networkx search"
    return f"{first}\n{rest.rstrip()}\n"


def ran(name: str) -> bool:
    """Run one benchmark; whether it ended well."""
    print(f"--- {name}", flush=True)
    done = subprocess.run([sys.executable, str(HERE / SCRIPTS[name])], check=False)  # noqa: S603
    if done.returncode:
        print(f"{name}: failed; its section stays as it was", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Run what the command line says, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SCRIPTS, []])
    parser.add_argument("--join", action="store_true")
    options = parser.parse_args()
    names = [] if options.join else options.names or list(SCRIPTS)
    failed = [name for name in names if not ran(name)]
    RESULTS.write_text(joined(HERE / "results"), encoding="utf-8")
    readme.rewrite(HERE.parent / "README.md", HERE / "results")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
