"""Machine code that was made from other sources is thrown away."""

from pathlib import Path

import pytest

from tripplan.search.kernels import jit


def test_machine_code_of_other_sources_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "jit.py"
    source.write_text("first = 1\n", encoding="utf-8")
    monkeypatch.setattr(jit, "__file__", str(source))
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    code, other = kept / "loop-1.py311.nbi", kept / "loop.pyc"

    def touched() -> None:
        code.write_bytes(b"code")
        other.write_bytes(b"bytecode")

    touched()
    jit.forget_stale()
    assert not code.exists()
    assert other.exists()
    touched()
    jit.forget_stale()
    assert code.exists()
    source.write_text("second = 22\n", encoding="utf-8")
    jit.forget_stale()
    assert not code.exists()
