"""What a process loads on its way to a plan, and to a page: other people's packages, by name."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

STEPS = """
import sys
from pathlib import Path
import tripplan
plan = tripplan.plan("Denver, CO", "Grand Junction, CO", vehicle="nissan-leaf-40", ambient_c=30)
{more}
site = Path({site!r}).resolve()
for name, module in sorted(sys.modules.items()):
    home = getattr(module, "__file__", None)
    if home and site in Path(home).resolve().parents:
        print(name)
"""
PAGE = "plan.save({path!r}, tripplan.load_starter())"

PLAN = {
    "annotated_types",
    "llvmlite",
    "numba",
    "numpy",
    "opening_hours",
    "pydantic",
    "pydantic_core",
    "routingkit_cch",
    "scipy",
    "typing_extensions",
    "typing_inspection",
}
"""Roots that a plan loads; of scipy only its name and version, which numba asks for."""
DRAWN = PLAN | {"branca", "folium", "jinja2", "markupsafe", "requests", "shapely", "xstatic"}
DRAWN |= {"certifi", "charset_normalizer", "idna", "urllib3", "xyzservices"}
"""Those of a page: folium and what it brings."""
IF_INSTALLED = {"chardet", "cloudpickle", "dateutil", "pandas", "pyarrow", "pytz", "six", "socks"}
IF_INSTALLED |= {"tzdata", "yaml"}
"""What numba and folium load where it happens to be installed."""
FOR_A_PAGE = {"folium", "jinja2", "pandas", "requests", "shapely", "xyzservices"}
SLOW = (
    "scipy.spatial",
    "scipy.sparse",
    "scipy.linalg",
    "scipy.special",
    "numba.cpython.unicode",
    "numba.np.arraymath",
    "numba.np.linalg",
)
"""Modules that only compiling, building regions and explaining refusals need."""


def loaded(more: str = "") -> set[str]:
    """Return the modules of other packages in a process that has planned, and did not compile."""
    code = STEPS.format(more=more, site=sysconfig.get_path("purelib"))
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def roots(names: set[str]) -> set[str]:
    """Return the packages of modules; those whose names begin with _ are parts of others."""
    return {name.split(".")[0] for name in names if not name.startswith("_")} - IF_INSTALLED


@pytest.fixture(scope="module")
def for_a_plan() -> set[str]:
    return loaded()


def test_a_plan_loads_these_packages_and_no_other(for_a_plan: set[str]) -> None:
    assert roots(for_a_plan) == PLAN
    assert FOR_A_PAGE & {name.split(".")[0] for name in for_a_plan} == set()


def test_the_command_loads_no_map_library_where_no_map_is_written() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nimport tripplan.cli.main as c\n"
        "words = ['plan', 'Denver, CO', 'Vail, CO', '-v', 'nissan-leaf-40']\n"
        "assert CliRunner().invoke(c.app, words).exit_code == 0\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert FOR_A_PAGE & set(done.stdout.split()) == set()


def test_a_plan_loads_nothing_that_compiles_or_builds(for_a_plan: set[str]) -> None:
    assert [name for name in SLOW if name in for_a_plan] == []


def test_building_a_region_loads_only_what_its_extract_asks_for(tmp_path: Path) -> None:
    """Without heights, water and chargers nothing that is for these, which takes memory."""
    extract = Path(__file__).parent.parent / "fixtures" / "oneways.osm"
    code = (
        "import sys\nfrom typer.testing import CliRunner\nimport tripplan.cli.main as c\n"
        f"words = ['region', 'build', {str(extract)!r}, '-o', {str(tmp_path / 'region')!r}]\n"
        "assert CliRunner().invoke(c.app, words).exit_code == 0\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    named = set(done.stdout.split())
    assert "osmium" in named
    others = {"numba", "rasterio", "scipy.spatial", "tripplan.planning"}
    assert (FOR_A_PAGE - {"requests"} | others) & named == set(), "requests comes with osmium"


def test_a_page_loads_what_it_is_drawn_with(tmp_path: Path) -> None:
    found = loaded(PAGE.format(path=str(tmp_path / "trip.html")))
    assert (tmp_path / "trip.html").stat().st_size > 100_000
    assert roots(found) == DRAWN
    slow = [name for name in SLOW if name.split(".")[0] == "numba"]
    assert [name for name in slow if name in found] == []
