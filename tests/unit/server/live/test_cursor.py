"""Cursors lead on where they were given, and nowhere else."""

import pytest

from server.live.cursor import Cursor, Place

HERE = Cursor(Place(7, 3, 100_000_000_000), 42)


@pytest.mark.parametrize("text", [None, "", "1.2.3", "1.2.3.4.5", "!.1.1.1", "水.1.1.1"])
def test_what_is_none_of_ours_is_none(text: str | None) -> None:
    assert Cursor.parse(text) is None


@pytest.mark.parametrize(
    ("place", "view"),
    [(Place(8, 3, 100_000_000_001), 42), (Place(7, 4, 100_000_000_001), 42), (HERE.place, 43)],
    ids=["another database", "a changed register", "another view"],
)
def test_it_does_not_lead_elsewhere(place: Place, view: int) -> None:
    assert not HERE.leads_to(place, view)


def test_it_leads_on_in_the_same_view_of_the_same_register() -> None:
    again = Cursor.parse(str(HERE))
    assert again == HERE
    assert again.leads_to(Place(7, 3, 100_000_000_001), 42)
