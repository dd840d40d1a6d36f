"""The law of the truth: the world writes it, scoring reads it, and nobody else knows of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGES = (
    "center", "gis", "ingest", "cityops", "traffic", "video", "server", "simulators", "deploy",
)  # fmt: skip
WRITERS = {"simulators/world/traffic.py", "simulators/world/replay.py"}
NAMES = {"simulators/world/orders.py", "simulators/world/process.py"}  # of the folder
SCORING = "server/benches/"


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted(Path(package).rglob("*.py")):
            if not path.as_posix().startswith(SCORING):
                yield path.as_posix(), ast.parse(path.read_text("utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_only_the_world_writes_the_truth_and_only_scoring_reads_it() -> None:
    knows = {
        path
        for path, tree in sources()
        if {"simulators.world.truth", "server.benches.world_truth"} & set(imports(tree))
    }
    assert knows == WRITERS


def test_nobody_else_knows_where_it_is() -> None:
    assert {
        path for path, tree in sources() if "simulators.world.orders.TRUTH" in set(imports(tree))
    } <= NAMES
