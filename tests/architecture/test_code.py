"""Rules about the code that no linter of ours knows."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from taxii_server import errors
from taxii_server.errors import TaxiiError

ROOT = Path(__file__).parents[2]
OURS = ("taxii_server", "stix_models")
MOST_LINES = 500  # of a module; the aim is 300


def modules(*folders: str) -> list[Path]:
    """Return every Python file below these folders of the repository."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def shown(path: Path) -> str:
    """Return a path as test ids show it."""
    return str(path.relative_to(ROOT))


def test_the_table_of_errors_in_its_docstring_is_true() -> None:
    """``taxii_server/errors.py`` documents every failure; this keeps it true."""
    classes = TaxiiError.__subclasses__()
    rows = (errors.__doc__ or "").splitlines()

    assert len({one.error_code for one in classes}) == len(classes)
    for one in classes:
        (row,) = [text for text in rows if f" {one.__name__} " in text]
        assert f" {one.http_status} " in row


@pytest.mark.parametrize("path", modules(*OURS, "tests", "benchmarks"), ids=shown)
def test_nothing_loads_a_second_sqlite_library(path: Path) -> None:
    """Design section 5: two SQLite libraries in one process drop each other's locks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert "sqlite3" not in {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] != "sqlite3"


@pytest.mark.parametrize("path", modules(*OURS), ids=shown)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    """At most 500 lines, a docstring first."""
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= MOST_LINES
    assert ast.get_docstring(ast.parse(text))


def test_the_import_rules_of_the_floor_plan_hold() -> None:
    """Design section 4, as contracts of import-linter."""
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert command is not None

    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name",
    ["POLL", "SCOPE", "DENY", "VERBATIM", "DURABLE", "AUTHOR", "STATELESS", "BOUNDED"],
)
def test_every_invariant_laid_here_is_named_by_a_test(name: str) -> None:
    """Design section 3: names of invariants appear in the tests."""
    named = False
    for path in modules("tests"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = named or f"INV-{name}" in (ast.get_docstring(node) or "")

    assert named
