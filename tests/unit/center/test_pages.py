"""Cursors: only our own come back, and they hold their place exactly."""

import base64
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.errors import Invalid
from center.pages import PageParameters, cut


def cursor_of(*key: object) -> str:
    """The cursor that a list gives after an item of this key."""
    page = cut([("item", key), ("more", key)], PageParameters(limit=1))
    assert page.next is not None
    return page.next


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "!!!!", "ü", "bnVsbA", base64.b64encode(b"[1,2]").decode(), "W" * 900, "MQ=="],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        PageParameters(after=cursor).key(int)


def test_a_cursor_of_another_type_is_refused() -> None:
    with pytest.raises(Invalid):
        PageParameters(after=cursor_of("word")).key(int)


@given(st.text(max_size=40))
def test_any_text_is_refused_or_read(text: str) -> None:
    with suppress(Invalid):
        PageParameters(after=text).key(str)


def test_a_key_comes_back_as_it_was() -> None:
    key = (datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC), uuid4(), "衡阳", 2**60, 0.1)
    read = PageParameters(after=cursor_of(*key)).key(*(type(part) for part in key))
    assert read == key


def test_the_last_page_has_no_cursor() -> None:
    assert cut([("a", (1,)), ("b", (2,))], PageParameters(limit=2)).next is None


def test_a_page_holds_no_more_than_was_asked_for() -> None:
    page = cut([("a", (1,)), ("b", (2,)), ("c", (3,))], PageParameters(limit=2))
    assert page.items == ["a", "b"]
    assert PageParameters(after=page.next).key(int) == (2,)
