"""Words that the server and the pages both have are the same words."""

import json
from pathlib import Path

import pytest

from ingest.deadletters.reasons import REASONS

CATALOGUES = Path(__file__).parents[3] / "web" / "src" / "i18n"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_name_the_reasons_of_dead_letters_as_the_server_does(language: str) -> None:
    catalogue = json.loads((CATALOGUES / f"{language}.json").read_text())
    names = [(reason.key, getattr(reason, language)) for reason in REASONS.values()]
    assert list(catalogue["reason"].items()) == names
