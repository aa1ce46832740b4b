"""Files of cars of one's own: what is there is somebody's work, and is not replaced unasked.

Plans, pages, tables and regions can be made again from what they were made of, so every command
replaces those; a car's file may have been changed by hand since.
"""

from pathlib import Path
from typing import Annotated

import typer

from tripplan.errors import InvalidInputError

CarFile = Annotated[
    Path,
    typer.Option("--output", "-o", help="TOML file to write; one that is there is kept."),
]
"""Where a command writes a car."""
Force = Annotated[
    bool, typer.Option("--force", help="Replace the file of --output if it is there.")
]
"""Whether it may replace what is there."""


def refuse_to_replace(output: Path, *, force: bool) -> None:
    """Refuse a car's file that is there already.

    Parameters
    ----------
    output
        The file to write; asked before the work, not after it.
    force
        The file may be replaced.

    Raises
    ------
    InvalidInputError
        It is there, or a link of that name is, and it may not be replaced.
    """
    if not force and (output.exists() or output.is_symlink()):
        raise InvalidInputError(
            f"{output} is there already: give another name, or --force to replace it.",
            field="output",
            value=str(output),
            expected="a file that is not there yet",
        )
