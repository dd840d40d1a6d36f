"""Laws of the source: short files, one-line module docstrings, settings instead of environment."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGES = (
    "center", "ingest", "cityops", "traffic", "video", "server", "simulators", "deploy", "tests",
    "gis",
)  # fmt: skip
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
# Who may read the environment: settings, the local stack which makes it, the backup of that
# stack (its superuser is no business of the program), a parent that tells its children by it,
# and tests.
ENVIRONMENT = ("center/settings.py", "deploy/", "server/places.py", "server/serving.py", "tests/")


def sources(*packages: str) -> Iterator[Path]:
    for package in packages or PACKAGES:
        yield from sorted(Path(package).rglob("*.py"))


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {path: n for path, n in lengths.items() if n > MOST_LINES} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    assert [
        f"{path}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    ] == []


def test_every_module_says_in_one_line_what_lives_in_it() -> None:
    def fits(path: Path) -> bool:
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        return docstring is not None and "\n" not in docstring

    assert [str(path) for path in sources() if not fits(path)] == []


def test_only_settings_read_the_environment() -> None:
    def reads(path: Path) -> bool:
        text = path.read_text("utf-8")
        return "os.environ" in text or "os.getenv" in text

    found = {str(path) for path in sources() if reads(path)}
    assert {path for path in found if not path.startswith(ENVIRONMENT)} == set()
