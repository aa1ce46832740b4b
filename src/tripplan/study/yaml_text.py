"""YAML text with the lines of its keys; the door to PyYAML, which is optional.

As in YAML 1.2, only ``true`` and ``false`` are truth values: ``cabin: on`` is the text "on".
Anchors and aliases are refused, since a few lines of them can stand for billions of values.
"""

import re
from typing import Any

from tripplan.errors import DataError
from tripplan.records.file_places import Where


def parsed(text: str, where: str) -> tuple[Any, dict[Where, int]]:
    """Return the value of YAML text, and the line of each key by its path.

    Parameters
    ----------
    text
        The YAML.
    where
        What is being read, for the message.

    Raises
    ------
    DataError
        PyYAML is not installed, the text is no YAML, or it has aliases or a key twice.
    """
    try:
        import yaml  # noqa: PLC0415 - optional
    except ImportError as error:
        raise DataError(
            f"{where}: reading YAML needs PyYAML: pip install 'tripplan[study]'", path=where
        ) from error

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Reads plain values as YAML 1.2 does."""

    Loader.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if not pair[0].endswith((":bool", ":timestamp"))]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    truth = re.compile("(?:true|false)$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", truth, list("tf"))
    lines: dict[Where, int] = {}
    try:
        for event in yaml.parse(text, Loader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1
                raise DataError(f"{where}, line {line}: aliases are not read", path=where)
        node = yaml.compose(text, Loader)
        _mark(node, (), lines, where)
        loader = Loader("")
        return (None if node is None else loader.construct_document(node)), lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise DataError(f"{where}: not valid YAML: {told}", path=where) from error


def _mark(
    node: Any,  # noqa: ANN401 - a node of PyYAML
    path: Where,
    lines: dict[Where, int],
    where: str,
) -> None:
    kind = getattr(node, "id", "")
    if kind == "sequence":
        for number, item in enumerate(node.value):
            lines[*path, number] = item.start_mark.line + 1
            _mark(item, (*path, number), lines, where)
    elif kind == "mapping":
        for key, value in node.value:
            here = (*path, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                told = f"{key.value} is there twice; first on line {lines[here]}"
                raise DataError(f"{where}, line {line}: {told}", path=where)
            lines[here] = line
            _mark(value, here, lines, where)
