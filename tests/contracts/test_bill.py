"""The bill of materials names everything that tripplan requires, with a licence."""

import json
import re
import subprocess
import sys
import tomllib

from tests.contracts.source_tree import PACKAGE

ROOT = PACKAGE.parents[1]


def test_the_bill_names_every_requirement_that_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "bill_of_materials.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    bill = json.loads(done.stdout)
    assert bill["bomFormat"] == "CycloneDX"
    parts = {part["purl"].split("/")[1].split("@")[0]: part for part in bill["components"]}
    assert all(part["licenses"][0]["license"]["name"] for part in parts.values())
    assert all(part["version"] for part in parts.values())
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", line)[0]).lower()
        for line in told["dependencies"]
    }
    assert len(wanted & set(parts)) >= len(wanted) - 3  # an older installation may know fewer
    assert {"numpy", "numba", "pydantic", "typer"} <= set(parts)


def test_every_requirement_has_a_lower_bound() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in told["optional-dependencies"].values() for line in lines]
    assert [line for line in [*told["dependencies"], *extras] if ">=" not in line] == []
