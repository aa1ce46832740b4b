"""Shared by all tests: compiled code that is never stale, and a warm start for those that time.

numba keys its disk cache to the file of the function it compiles, not to the files of those it
calls.  Here the cache lies in a folder named after the contents of all of them, so that a test
after an edit never meets yesterday's machine code.
"""

import hashlib
import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_COMPILED = (
    "physics/*.py",
    "routing/kernels/*.py",
    "search/kernels/*.py",
    "planning/audit_steps.py",
)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in _COMPILED:
        for path in sorted((_ROOT / "src/tripplan").glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(__file__).parent / "__pycache__" / f"kernels-{_fingerprint()}")
)


@pytest.fixture(scope="session")
def compiled_kernels() -> None:
    """Compile whatever a plan needs, so that no test after this one waits for it."""
    from tests.samples.worlds import warm_up  # noqa: PLC0415 - numba must first learn of its cache folder

    warm_up()
