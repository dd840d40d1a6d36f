"""What is typed into a search, as the index understands it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.search.words import MOST_CHARACTERS, after, grams, tight


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "　\t\n", "\x1b\x7f"])
def test_what_says_nothing_is_empty(text: str) -> None:
    assert tight(text) == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  石 鼓 区 ", "石鼓区"),
        ("ＨＥＮＧ yang", "hengyang"),
        ("Shigu District", "shigudistrict"),
        ("a\x00b", "ab"),
        ("%_\\'\"<script>", "%_\\'\"<script>"),
        ("🚒" * 300, "🚒" * MOST_CHARACTERS),
    ],
)
def test_spaces_width_and_case_do_not_matter(typed: str, meant: str) -> None:
    assert tight(typed) == meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [("石", ["石"]), ("s", ["^s"]), ("石鼓", ["石鼓"]), ("zhq", ["hq", "zh"]), ("aaa", ["aa"])],
)
def test_grams_are_pairs_of_neighbours(text: str, expected: list[str]) -> None:
    assert grams(text) == expected


@given(st.text(min_size=1).map(tight).filter(bool), st.text())
def test_what_begins_with_a_text_comes_before_the_text_after_it(text: str, more: str) -> None:
    whole = text + "".join(c for c in more if c.isprintable() and c != chr(0x10FFFF))
    assert text <= whole < after(text)
