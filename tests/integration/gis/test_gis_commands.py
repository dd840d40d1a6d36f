"""`hengyang gis`: what is on the map, from the server's own command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from center.settings import settings
from server.cli import build
from tests.integration.databases import Database
from tests.integration.gis.test_import_osm import extract


def run(*words: str) -> Result:
    return CliRunner().invoke(build(), ["gis", *words])


def test_an_empty_map_says_what_to_do(database: Database) -> None:
    said = run("status")
    assert said.exit_code == 0
    assert "hengyang seed" in said.output
    assert "divisions    0 rows" in said.output


def test_the_map_is_put_in_told_of_and_replaced(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HENGYANG_CITY", "small")
    settings.cache_clear()
    assert run("seed").exit_code == 0
    said = run("status").output
    assert "small 430400 14" in said
    assert "components   2,000 rows" in said
    imported = run("import-osm", str(extract(tmp_path)))
    assert imported.exit_code == 0
    assert "repaired: way 111" in imported.output
    assert "2 roads, 3 waters, 1 places; 1 lie outside the city" in imported.output
    assert "waters       3 rows" in run("status").output
