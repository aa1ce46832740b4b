"""Plan -> pandas tables of legs and stops (the only file that knows pandas)."""

import importlib
from typing import TYPE_CHECKING

from tripplan.errors import InvalidInputError
from tripplan.output.files.export import ROW_FIELDS, to_rows
from tripplan.records.plan import Plan

if TYPE_CHECKING:
    import pandas as pd


def to_dataframe(plan: Plan) -> "pd.DataFrame":
    """Return legs and stops in the order of driving, one row each; columns are `ROW_FIELDS`.

    What a leg or a stop lacks is missing (NaN) in its row.

    Raises
    ------
    InvalidInputError
        pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise InvalidInputError(
            "a DataFrame needs pandas, which is not installed: pip install 'tripplan[tables]'",
            field="pandas",
            value=None,
            expected="an installed pandas",
        ) from error
    rows = [
        {key: None if value == "" else value for key, value in row.items()} for row in to_rows(plan)
    ]
    frame: pd.DataFrame = pandas.DataFrame(rows, columns=list(ROW_FIELDS))
    return frame
