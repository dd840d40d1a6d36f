"""Versions: a change needs the version that was read."""

from types import SimpleNamespace

import pytest

from center.errors import Stale
from center.requests import Precondition, etag

THING = SimpleNamespace(version=3)


@pytest.mark.parametrize("tags", ['"2"', "3", 'W/"3"', "", '"2", "4"'])
def test_another_version_is_stale(tags: str) -> None:
    with pytest.raises(Stale):
        Precondition(frozenset(tag.strip() for tag in tags.split(","))).check(THING)


@pytest.mark.parametrize("tags", ['"3"', '"2", "3"', "*"])
def test_the_version_that_was_read_may_be_changed(tags: str) -> None:
    Precondition(frozenset(tag.strip() for tag in tags.split(","))).check(THING)


def test_a_tag_is_quoted() -> None:
    assert etag(THING) == '"3"'
