"""What a batch says of how far it has come."""

from types import SimpleNamespace

import pytest

from tripplan.batch import Outcome
from tripplan.cli import batch


def test_rows_of_one_chunk_have_no_rate_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four rows after 2 s, all at once, are 2 rows a second; the first five reasons are told."""
    clock = iter([0.0, *[2.0] * 100])
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    told = batch._Told(7, quiet=False, as_json=False)  # noqa: SLF001 - its bar has no other door
    for index in reversed(range(7)):
        told.note(Outcome(index=index, status="no plan", reason=f"too\nfar {index}", figures={}))
        if index == 3:
            assert told._task.fields["per_s"] == pytest.approx(2.0)  # noqa: SLF001
    told.close()
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("0 of 7 trips planned; ")
    assert said[1:] == [
        *(f"no plan, row {k + 1}: too far {k}" for k in range(2, 7)),
        "and 2 trips more without a plan",
    ]
