"""The options of a trip on the command line: names, and whether one may be given several times."""

import pytest
import typer.main

from tripplan.cli.main import app

TEXT = """
--ambient-by-hour --ambient-c --arrival-soc --arrive-with-probability --bikes --cabin
--broken-chargers --charge-limit-soc --currency --departure --departure-soc --fallback
--home-price-per-kwh
--hour-worth-kwh --law --least-charge-soc --longest-stop-s --max-speed-kmh --min-power-kw
--min-stalls --most-stops
--objective --pack-start-c --passengers --payload-kg --prefer-fewer-stops-s --price-per-kwh
--price-per-session --reserve-soc --road --slow-down-to --slowest-kmh --soh --stop-overhead-s
--stranded-s --sun-w-per-m2 --trailer --trailer-kg --value-of-time-per-h --wind-from-deg --wind-mps
"""
MANY = """
--access --adapter --avoid --ban --closed --exclude-operator --operator --require --via
--working
"""
SWITCH = """
--fallback-other-operator/--no-fallback-other-operator
--keep-unknown/--no-keep-unknown --only-stated-power/--no-only-stated-power
--out-of-service/--no-out-of-service --roof-box/--no-roof-box --winter-tyres/--no-winter-tyres
"""
OTHERS = {
    "plan": (
        "--chargers --csv --full --geojson --gpx --json --links --output --region --ways "
        "--vehicle --help"
    ),
    "alternatives": "--chargers --count --json --output --region --vehicle --help",
    "pareto": "--chargers --json --output --over --region --vehicle --help",
}


def options(command: str) -> dict[str, str]:
    """Kind of each option of a command."""
    found = {}
    for option in typer.main.get_command(app).commands[command].params:  # type: ignore[attr-defined]
        if option.param_type_name != "option":
            continue
        name = "/".join((option.opts[0], *option.secondary_opts))
        kind = "many" if option.multiple else "switch" if option.secondary_opts else "text"
        found[name] = kind
    return found


@pytest.mark.parametrize("command", OTHERS)
def test_the_options_of_a_trip_are_those_of_old(command: str) -> None:
    wanted = {
        **dict.fromkeys(TEXT.split(), "text"),
        **dict.fromkeys(MANY.split(), "many"),
        **dict.fromkeys(SWITCH.split(), "switch"),
    }
    others = set(OTHERS[command].split())
    found = {name: kind for name, kind in options(command).items() if name not in others}
    assert found == wanted


QUESTIONS = {
    "days": "--chargers --days --json --no-weather --region --vehicle --without-charging",
    "limits": "--also --arrive-by --chargers --json --of --region --vehicle --without-charging",
    "why": "--chargers --json --region --vehicle --without-charging",
    "ride": "--chargers --fare --gtfs --json --output --persons --stations --stay --walk-km",
    "smallest": "--also --chargers --count --json --region --vehicle --without-charging",
}


@pytest.mark.parametrize("command", QUESTIONS)
def test_questions_take_all_wishes_of_a_trip(command: str) -> None:
    found = options(command)
    wishes = {name.split("/")[0] for text in (TEXT, MANY, SWITCH) for name in text.split()}
    assert wishes <= {name.split("/")[0] for name in found}
    own = {part for name in found for part in name.split("/")} - wishes
    assert set(QUESTIONS[command].split()) <= own
