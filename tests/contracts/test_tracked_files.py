"""Nothing that does not belong into a public repository: secrets, machine paths, big files."""

import re
from pathlib import Path

import pytest

from tests.contracts.source_tree import ROOT, project_files

SECRETS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "cloud key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "code host token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20})"),
    "credentials in an address": re.compile(r"https?://[^\s/:@\"'<>{}]+:[^\s/@\"'<>{}]+@"),
    "password": re.compile(
        r"(?i)\b(?:password|passwd|api[_-]?key|secret|token)\b\s*[=:]\s*[\"'][^\"'\s]{8,}"
    ),
}
MACHINE_PATHS = re.compile(r"(?<![\w.~$}/-])/(?:work|root|home|Users|mnt|tmp|opt)/[\w.-]+")
REGISTRY_HOSTS = re.compile(
    r"(?i)(?:index-url|extra-index|trusted-host|find-links|"
    r"//(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|debian)\.org|artifactory|nexus)"
)
LARGEST_BYTES = 8_000_000
OWN = Path(__file__)


def texts() -> dict[Path, str]:
    found = {}
    for path in project_files():
        if path == OWN:
            continue
        try:
            found[path.relative_to(ROOT)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def hits(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}: {m.group(0)}" for path, text in texts().items() for m in pattern.finditer(text)
    ]


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secrets(kind: str) -> None:
    assert hits(SECRETS[kind]) == []


def test_no_paths_of_one_machine() -> None:
    assert hits(MACHINE_PATHS) == []


def test_no_hosts_of_package_registries() -> None:
    assert hits(REGISTRY_HOSTS) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (SECRETS["password"], 'api_key = "0123456789abcdef"'),
        (SECRETS["credentials in an address"], "https://me:secret@example.com/"),
        (MACHINE_PATHS, 'open("/home/someone/file")'),
        (REGISTRY_HOSTS, "pip install --index-url https://example.com"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_no_file_is_huge() -> None:
    large = {p.relative_to(ROOT): p.stat().st_size for p in project_files()}
    assert {path: size for path, size in large.items() if size > LARGEST_BYTES} == {}


def test_output_folders_hold_only_their_page() -> None:
    kept = {p.relative_to(ROOT).as_posix() for p in project_files()}
    assert {p for p in kept if p.startswith(("maps/", "cache/"))} == {
        "maps/README.md",
        "cache/README.md",
    }
