"""The docstrings of a record's fields, which Python does not keep: read from its source.

pydantic would read them when it builds the class; that is a good part of a short command's time,
and only help, schemas and pages want them.
"""

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise


@cache
def field_docstrings(record: type) -> dict[str, str]:
    """Return the docstring of each field that has one, inherited ones too.

    Parameters
    ----------
    record
        A record or a dataclass.

    Returns
    -------
    dict
        Text by the field's name; empty where there is no source.
    """
    found: dict[str, str] = {}
    for home in reversed(record.__mro__):
        if "__annotations__" in vars(home):
            found |= _own(home)
    return found


def _own(record: type) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(record))
    except (OSError, TypeError):
        return {}
    (definition,) = ast.parse(source).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(words.value.value)
        for field, words in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(words, ast.Expr)
        and isinstance(words.value, ast.Constant)
        and isinstance(words.value.value, str)
    }
