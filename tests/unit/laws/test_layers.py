"""Laws of the layers: import-linter holds each package to what ARCHITECTURE.md says it knows."""

import re
import tomllib
from collections.abc import Iterator
from itertools import combinations, permutations, product
from pathlib import Path

LINTER = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
ROW = re.compile(r"^\| `(\w+)/` \|.*\| ([^|]+) \|$", re.MULTILINE)


def known() -> dict[str, set[str]]:
    """What the table of layers says that each of our Python packages may know."""
    ours = set(LINTER["root_packages"])
    rows = ROW.findall(Path("ARCHITECTURE.md").read_text("utf-8"))
    return {
        package: ours if words == "all below" else set(re.findall(r"`(\w+)", words))
        for package, words in rows
        if package in ours
    }


def forbidden() -> Iterator[tuple[str, str]]:
    """Who must not import whom, of all contracts."""
    for contract in LINTER["contracts"]:
        if contract["type"] == "layers":
            rows = [row.split(" | ") for row in contract["layers"]]
            yield from (pair for row in rows for pair in permutations(row, 2))  # siblings
            for above, below in combinations(rows, 2):
                yield from product(below, above)
        else:
            excepted = {
                words.partition("-> ")[2].partition(".")[0]
                for words in contract.get("ignore_imports", ())
            }
            pairs = product(contract["source_modules"], contract["forbidden_modules"])
            yield from ((source, target) for source, target in pairs if target not in excepted)


def test_every_package_is_in_the_table_of_layers() -> None:
    assert set(known()) == set(LINTER["root_packages"])


def test_each_package_is_forbidden_what_it_does_not_know() -> None:
    free = {
        (source, target)
        for source, knows in known().items()
        for target in set(LINTER["root_packages"]) - knows - {source}
    }
    assert set(forbidden()) == free
