"""Rules of the source that no linter knows: layers, doors to libraries, sizes, docstrings."""

import ast
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.contracts.source_tree import (
    PACKAGE,
    ROOT,
    imported,
    modules,
    project_files,
    public_definitions,
    tree,
)

DOORS = {
    "numba": ("physics.jit",),
    "llvmlite": ("physics.jit_cache",),
    "osmium": ("sources.osm.file", "sources.osm.opl"),
    "rasterio": ("sources.elevation.geotiff",),
    "gtfs_kit": ("sources.transit.gtfs",),
    "folium": ("output.page.map",),
    "branca": ("output.page.map",),
    "markupsafe": ("output.drawing.markup",),
    "xstatic": ("output.page.page",),
    "networkx": ("sources.osm.osmnx",),
    "opening_hours": ("planning.opening_hours", "planning.seasons"),
    "routingkit_cch": ("routing.ordering",),
    "osmnx": (),
    "shapely": ("output.drawing", "sources.osm", "sources.chargers.points"),
    "pandas": ("output.files.frames",),
    "requests": ("sources.fetch.http",),
    "pyarrow": ("batch.parquet",),
    "distributed": ("batch.cluster",),
    "yaml": ("study.yaml_text",),
    "starlette": ("serve.app", "serve.guard"),
    "uvicorn": ("serve.server",),
    "pickle": ("physics.jit_cache",),
}
"""Who may import a library: modules whose name starts with one of these; all others may not."""

AT_THE_ROOT = {"__init__", "__main__", "api", "arrays", "errors", "units"}
LONG_FILE = 800
"""A file of more lines says why, in a line of its docstring that begins with "Long:"."""


def test_imports_point_down() -> None:
    script = Path(sysconfig.get_path("scripts")) / "lint-imports"
    command = str(script) if script.exists() else shutil.which("lint-imports")
    assert command, "import-linter comes with the extra `test`"
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", DOORS)
def test_each_outside_library_has_one_door(library: str) -> None:
    users = {
        name
        for name, path in modules().items()
        if any(line == library or line.startswith(f"{library}.") for line in imported(path))
    }
    allowed = (
        {name for name in users if name.startswith(DOORS[library])} if DOORS[library] else set()
    )
    assert users == allowed


def test_every_door_is_in_use() -> None:
    used = {line.split(".")[0] for path in modules().values() for line in imported(path)}
    assert {library for library, homes in DOORS.items() if homes} <= used


def test_the_page_of_the_architecture_names_every_door() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("## Outside libraries")[1].split("## ")[0]
    homes = {home.rstrip(".").replace(".", "/") for homes in DOORS.values() for home in homes}
    assert {home for home in homes if f"`{home}" not in table} == set()


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert len(numbers) == len(set(numbers))
    titles = [page.read_text(encoding="utf-8").split(". ")[0] for page in pages]
    assert titles == [f"# {number}" for number in numbers]


def test_no_new_file_at_the_root() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == AT_THE_ROOT


def test_a_long_file_says_why() -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in project_files()
        if path.suffix == ".py"
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONG_FILE
        and not re.search(r"^Long: ", ast.get_docstring(tree(path)) or "", re.MULTILINE)
    ]
    assert silent == []


def test_every_module_and_public_name_has_a_docstring() -> None:
    bare = []
    for name, path in modules().items():
        module = tree(path)
        if ast.get_docstring(module) is None:
            bare.append(name)
        bare += [
            f"{name}.{where}"
            for where, node in public_definitions(module.body, "")
            if not ast.get_docstring(node)
        ]
    assert bare == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "manager", "common", "misc"}
    assert [name for name in modules() if empty & set(name.split("."))] == []


def test_no_import_side_effects() -> None:
    """No module sets up logging, warnings or numpy's errors when it is imported."""
    forbidden = (
        "logging.basicConfig",
        "np.seterr",
        "numpy.seterr",
        "sys.path",
        "warnings.filterwarnings",
        "warnings.simplefilter",
    )
    found = [
        f"{path.relative_to(PACKAGE)}: {ast.unparse(node)}"
        for path in modules().values()
        for node in tree(path).body
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith(forbidden)
    ]
    assert found == []
