"""Laws of the documents: what the program can be told, and what it says, is written down."""

import json
import re
from pathlib import Path

from center.settings import Settings
from server.app import create_app
from server.setting_list import MODULES, classes, markdown


def _kinds(base: type[Settings]) -> set[type[Settings]]:
    return {kind for sub in base.__subclasses__() for kind in {sub, *_kinds(sub)}}


def test_every_setting_is_in_docs_settings_md_as_it_is_now() -> None:
    assert Path("docs/settings.md").read_text("utf-8") == markdown()


def test_every_settings_class_is_on_the_list() -> None:
    named = {
        path.with_suffix("").as_posix().replace("/", ".")
        for package in ("center", "ingest", "cityops", "traffic", "video", "server", "gis")
        for path in Path(package).rglob("*.py")
        if re.search(r"^class \w+\(Settings\)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert named == set(MODULES)
    assert _kinds(Settings) == set(classes())


def test_every_setting_says_what_it_is_for() -> None:
    silent = [
        f"{kind.__name__}.{name}"
        for kind in classes()
        for name, field in kind.model_fields.items()
        if not (field.description or "").strip()
    ]
    assert silent == []


def test_the_web_is_made_for_the_api_as_it_is_now() -> None:
    """`hengyang openapi > web/openapi.json` brings it up to date."""
    assert json.loads(Path("web/openapi.json").read_text("utf-8")) == create_app().openapi()


def test_every_target_that_somebody_is_sent_to_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text("utf-8"), re.MULTILINE))
    texts = [*Path().glob("*.md"), *Path("docs").rglob("*.md")]
    texts += [path for package in ("server", "deploy") for path in Path(package).rglob("*.*")]
    named = {
        (str(path), target)
        for path in texts
        if path.suffix in {".md", ".py", ".sh", ".yaml"}
        for target in re.findall(
            r"(?:`|^ {4}|^|Run: |运行：)make ([a-z-]+)", path.read_text("utf-8"), re.MULTILINE
        )
    }
    assert {(path, target) for path, target in named if target not in targets} == set()


def test_every_decision_is_one_screen_and_numbered_once() -> None:
    records = sorted(Path("docs/decisions").glob("*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers)
    for path in records:
        title, _, status = path.read_text("utf-8").splitlines()[:3]
        assert title.startswith(f"# {path.name[:4]} "), path
        assert re.fullmatch(r"20\d\d-\d\d-\d\d\. Status: .+\.", status), path
    long = {path.name for path in records if len(path.read_text("utf-8").splitlines()) > 60}
    assert long == set()
