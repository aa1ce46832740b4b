"""`import tripplan` gives exactly the promised names, says what each is, and costs little."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

import tripplan
import tripplan.calibration
import tripplan.study
from tests.contracts.examples import python_examples
from tests.contracts.source_tree import PACKAGE, tree

FRONT_DOOR = (tripplan, tripplan.study, tripplan.calibration)
HEAVY = ("folium", "numba", "scipy", "osmnx", "pandas", "numpy", "matplotlib")


def assigned(name: str) -> ast.expr:
    for node in tree(PACKAGE / "__init__.py").body:
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == [name]:
            return node.value
    raise AssertionError(f"__init__.py assigns no {name}")


def type_checking_imports() -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree(PACKAGE / "__init__.py").body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                assert isinstance(line, ast.ImportFrom)
                assert line.module
                home = line.module.removeprefix("tripplan.")
                found |= {alias.name: home for alias in line.names}
    return found


def test_all_is_sorted_and_lists_each_name_once() -> None:
    assert tripplan.__all__ == sorted(set(tripplan.__all__))


@pytest.mark.parametrize("name", tripplan.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(tripplan, name)
    doc = inspect.getdoc(found)
    assert doc
    assert doc.splitlines()[0].endswith((".", "?", ":")), doc.splitlines()[0]
    assert found.__module__.startswith("tripplan.")


def names_used(door: ModuleType, example: str) -> Iterator[str]:
    """Yield the names of a package that an example works with; importing one is not enough."""
    nodes = list(ast.walk(ast.parse(example)))
    brought = {
        alias.asname or alias.name: alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == door.__name__
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == door.__name__:
            yield node.attr
        elif isinstance(node, ast.Name) and node.id in brought:
            yield brought[node.id]


@pytest.mark.parametrize("door", FRONT_DOOR, ids=lambda door: door.__name__)
def test_each_name_of_the_front_door_is_in_an_example_that_runs(door: ModuleType) -> None:
    shown = {name for example in python_examples() for name in names_used(door, example)}
    assert sorted(set(door.__all__) - shown) == []


def test_an_import_alone_is_no_example() -> None:
    example = "from tripplan import plan, Trip\nimport tripplan\ntripplan.pareto(Trip)"
    assert set(names_used(tripplan, example)) == {"pareto", "Trip"}


def test_types_lazy_table_and_all_agree() -> None:
    home = ast.literal_eval(assigned("_HOME"))
    assert type_checking_imports() == home
    assert sorted(home) == tripplan.__all__
    assert dir(tripplan) == tripplan.__all__


def test_a_name_that_is_not_there_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plann'"):
        _ = tripplan.plann


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {name for name in HEAVY if name in done.stdout.split()}


def test_the_probe_of_import_cost_sees_a_heavy_import() -> None:
    assert loaded_after("import tripplan.physics.jit") >= {"numba", "numpy"}


def test_importing_tripplan_loads_no_heavy_library() -> None:
    assert loaded_after("import tripplan") == set()


@pytest.mark.parametrize(
    "module", ["tripplan.records.trip", "tripplan.records.vehicle", "tripplan.records.plan"]
)
def test_records_load_no_heavy_library(module: str) -> None:
    assert loaded_after(f"import {module}") == set()


def test_help_loads_no_heavy_library() -> None:
    command = "from typer.testing import CliRunner\nimport tripplan.cli.main as c\n"
    command += "assert CliRunner().invoke(c.app, ['plan', '--help']).exit_code == 0"
    assert loaded_after(command) == set()


def test_planning_needs_no_map_library() -> None:
    assert "folium" not in loaded_after(
        "import tripplan.api, tripplan.batch, tripplan.planning.planner"
    )
