"""What docstrings say: parameters where there are many, and the shape of every array.

Commands are left out: typer shows their docstrings, and each option has a help text of its own.
"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.contracts.source_tree import modules, public_definitions, tree

MANY = 4
"""From so many parameters on, a function says what each of them is."""
ARRAY = re.compile(r"\b(Floats|Ints|Longs|Flags|Bytes|NDArray)\b")
SHAPE = re.compile(r"\([^()]*\w,[^()]*\)")
"""The shape of an array: (stops,), (stops, 2), (nodes + 1,)."""
AS_ELSEWHERE = re.compile(r"\b[Aa]s (?:in )?`[\w.]+`")
"""Words that point to where a parameter or a column is described."""


def definitions(kind: type[ast.AST]) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef, str]]:
    for module, path in modules().items():
        if not f"{module}.".startswith("cli."):
            for name, node in public_definitions(tree(path).body, f"{module}."):
                if isinstance(node, kind):
                    yield name, node, ast.get_docstring(node) or ""


def arguments(function: ast.FunctionDef) -> list[ast.arg]:
    """Return what a caller passes."""
    taken = function.args
    found = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs]
    found += [extra for extra in (taken.vararg, taken.kwarg) if extra]
    return [argument for argument in found if argument.arg not in ("self", "cls")]


def entries(docstring: str, section: str) -> dict[str, str]:
    """Return what a section says of each name."""
    found = re.search(
        rf"^{section}\n-+\n(.*?)(?=^\S[^\n]*\n-+$|\Z)", docstring, re.MULTILINE | re.DOTALL
    )
    told: dict[str, str] = {}
    for names, text in re.findall(
        r"^(\S[^\n]*)\n((?:[ \t]+[^\n]*\n?|\n)*)", found[1] if found else "", re.MULTILINE
    ):
        told |= {name.strip(" *"): text for name in names.split(":")[0].split(",")}
    return told


def says_its_parameters(function: ast.FunctionDef, docstring: str) -> bool:
    told = entries(docstring, "Parameters")
    elsewhere = re.search(r"[Pp]arameters as in `[\w.]+`", " ".join(docstring.split()))
    return bool(elsewhere) or {argument.arg for argument in arguments(function)} <= set(told)


def test_a_function_of_many_parameters_says_what_they_are() -> None:
    silent = [
        name
        for name, node, docstring in definitions(ast.FunctionDef)
        if isinstance(node, ast.FunctionDef)
        and len(arguments(node)) >= MANY
        and not says_its_parameters(node, docstring)
    ]
    assert silent == []


def test_array_parameters_have_their_shape() -> None:
    """Those that are described; a function may say the shape for all in its first paragraph."""
    shapeless = []
    for name, node, docstring in definitions(ast.FunctionDef):
        assert isinstance(node, ast.FunctionDef)
        if SHAPE.search(docstring.split("\nParameters\n")[0]):
            continue
        told = entries(docstring, "Parameters")
        shapeless += [
            f"{name}: {argument.arg}"
            for argument in arguments(node)
            if argument.annotation
            and ARRAY.search(ast.unparse(argument.annotation))
            and argument.arg in told
            and not SHAPE.search(told[argument.arg])
            and not AS_ELSEWHERE.search(told[argument.arg])
        ]
    assert shapeless == []


def columns(record: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield each public array of a record below which something is said of it."""
    for field, note in pairwise(record.body):
        if isinstance(field, ast.AnnAssign) and isinstance(note, ast.Expr):
            name = ast.unparse(field.target)
            if ARRAY.search(ast.unparse(field.annotation)) and not name.startswith("_"):
                yield name, ast.unparse(note.value)


def test_columns_of_a_record_have_their_shape() -> None:
    """Each by itself, or all of them in the docstring of the record."""
    shapeless = []
    for name, node, docstring in definitions(ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        whole = docstring.split("\nAttributes\n")[0]
        if not SHAPE.search(whole) and not AS_ELSEWHERE.search(whole):
            told = entries(docstring, "Attributes")
            shapeless += [
                f"{name}.{column}"
                for column, text in columns(node)
                if not SHAPE.search(told.get(column, text))
            ]
    assert shapeless == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Node of each, shape (stops,).", True),
        ("Row after row, shape (stops, 2).", True),
        ("Seconds (or hours).", False),
    ],
)
def test_a_shape_is_known_when_it_is_seen(text: str, *, shown: bool) -> None:
    assert bool(SHAPE.search(text)) is shown


def test_a_parameter_that_is_left_out_is_noticed() -> None:
    told = ("Do.", "", "Parameters", "----------", "a, b", "    X.", "c", "    Y.")
    source = "def f(a, b, c, d):\n    '''{}'''".format("\n    ".join(told))
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    docstring = ast.get_docstring(function) or ""
    assert set(entries(docstring, "Parameters")) == {"a", "b", "c"}
    assert not says_its_parameters(function, docstring)
