"""``python -m campaign``: draw trips, hold their plans against laws, shrink what breaks."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from campaign.cases import Case
from campaign.check import findings
from campaign.draw import Scheme
from campaign.ground import MADE_UP
from campaign.run import Outcome, Plan, is_note, run, shrunk_first
from campaign.shrink import shrunk


def main(words: Sequence[str] | None = None) -> int:
    """Run a campaign or replay a case; 1 where something does not hold, 0 else.

    Parameters
    ----------
    words
        The command line; None: that of the process.
    """
    asked = _parser().parse_args(words)
    if asked.case is not None:
        return _replay(asked.case, asked.shrink if asked.again else 0.0)
    regions = tuple(asked.regions) or ("starter", "starter-illustrative", MADE_UP)
    plan = Plan(
        Scheme(asked.seed, regions, tuple(asked.vehicle)), asked.n, asked.laws, asked.processes
    )
    outcome, whole = run(plan, Progress(asked.out))
    print(file=sys.stderr)
    print(_summary(outcome, whole=whole))
    for number, (kind, count, case) in enumerate(shrunk_first(outcome, asked.shrink)):
        print(f"\n{kind} ({count} times)\n  {case.told}\n  {case.vehicle}, {case.ground.name}")
        if asked.out is not None:
            asked.out.mkdir(parents=True, exist_ok=True)
            path = asked.out / f"{number:02d}-{_file_name(kind)}.json"
            path.write_text(case.to_json() + "\n", encoding="utf-8")
            print(f"  replay: make campaign CASE={path}")
        else:
            print(case.snippet())
    return 1 if outcome.broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("regions", nargs="*", help=f'"starter", folders of regions, "{MADE_UP}"')
    parser.add_argument("-n", type=int, default=200, help="trips")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--laws", type=int, default=4, help="laws for each trip")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--vehicle", action="append", default=[], help="cars; default: all")
    parser.add_argument("--shrink", type=float, default=60.0, help="seconds for each kind")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for the cases, as drawn at once, shrunk at the end; else printed",
    )
    parser.add_argument("--case", type=Path, help="replay this case")
    parser.add_argument("--again", action="store_true", help="with --case: shrink it further")
    return parser


def _replay(path: Path, seconds: float) -> int:
    case = Case.load(path)
    if seconds > 0.0:
        case = shrunk(case, seconds)
        path.write_text(case.to_json() + "\n", encoding="utf-8")
    found = findings(case)
    print(case.snippet())
    for kind, told in found:
        print(f"{kind}: {told}")
    if not found:
        print("holds")
    return 1 if found else 0


class Progress:
    """Tells how far a campaign is, and keeps its findings as they come: it may take hours."""

    def __init__(self, folder: Path | None) -> None:
        self.folder, self.kept = folder, 0

    def __call__(self, done: int, groups: int, outcome: Outcome) -> None:
        """Tell, and write what was found since the last time."""
        trips = sum(outcome.answers.values())
        line = f"\r{done}/{groups} groups, {trips} trips, {len(outcome.found)} findings"
        print(line, end="", file=sys.stderr, flush=True)
        if self.folder is not None:
            self._keep(self.folder / "as-drawn", outcome)

    def _keep(self, folder: Path, outcome: Outcome) -> None:
        for _, case in outcome.found[self.kept :]:
            self.kept += 1
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self.kept:04d}-{_file_name(case.kind)}.json"
            path.write_text(case.to_json() + "\n", encoding="utf-8")


def _summary(outcome: Outcome, *, whole: bool) -> str:
    trips, checks = sum(outcome.answers.values()), sum(outcome.checks.values())
    answers = ", ".join(f"{count} {word}" for word, count in outcome.answers.most_common())
    head = f"{trips} trips ({answers}), {checks} checks, the longest {outcome.slowest_s:.1f} s" + (
        "" if whole else "; interrupted"
    )
    if not outcome.found:
        return f"{head}\nall hold"
    lines = [head, "", "| finding | count | of checks |", "|---|--:|--:|"]
    for kind, cases in sorted(outcome.kinds.items(), key=lambda item: is_note(item[0])):
        made = outcome.checks[cases[0].check]
        lines.append(f"| {kind} | {len(cases)} | {len(cases) / max(made, 1):.2%} of {made} |")
    return "\n".join(lines)


def _file_name(kind: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in kind.lower())[:60].strip("-")


if __name__ == "__main__":
    sys.exit(main())
