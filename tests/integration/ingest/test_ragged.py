"""A device that numbers its messages in no order costs the ledger no more than any other."""

import random

from ingest.ledger.gaps import follow
from ingest.ledger.ragged import Settled, settle_ragged
from tests.integration.ingest.writing import LIMITS, Pen, recent

STEPPING = range(0, 400, 2)  # every second number
KEEP = 10


def settle(writer: Pen, most_bytes: int = 1000) -> list[Settled]:
    done = settle_ragged(writer.connection, most_bytes, KEEP)
    writer.connection.commit()
    return done


def ranges(writer: Pen, device: int) -> int:
    return int(
        writer.one("SELECT count(*) FROM ledger, unnest(committed) WHERE device = %s", device)
    )


def test_an_honest_device_with_some_holes_is_left_alone(writer: Pen, device: int) -> None:
    writer.write(*(recent(seq=seq) for seq in (0, 1, 2, 5, 6, 9)))
    assert settle(writer) == []
    assert writer.committed(device) == "{[0,3),[5,7),[9,10)}"


def test_what_is_missing_below_the_floor_is_lost_in_one_gap(writer: Pen, device: int) -> None:
    writer.write(*(recent(seq=seq) for seq in STEPPING))
    follow(writer.connection, LIMITS)
    assert writer.one("SELECT count(*) FROM gaps") == len(STEPPING) - 1
    floor = STEPPING[-KEEP]
    assert settle(writer) == [Settled(device, "D-1", "430405", 1, 0, floor)]
    assert ranges(writer, device) == KEEP
    lost = (
        "SELECT span::text, (SELECT count(*) FROM unnest(missing)) FROM gaps WHERE state = 'lost'"
    )
    assert writer.all(lost) == [(f"[0,{floor})", floor // 2)]
    assert writer.one("SELECT count(*) FROM gaps WHERE state <> 'lost'") == KEEP - 1
    assert settle(writer) == []
    follow(writer.connection, LIMITS)
    assert writer.all(lost) == [(f"[0,{floor})", floor // 2)]


def test_gaps_are_counted_as_they_are_after_it(writer: Pen, device: int) -> None:
    writer.write(*(recent(seq=seq) for seq in STEPPING))
    follow(writer.connection, LIMITS)
    settle(writer)
    counted = dict(writer.all("SELECT state, count FROM gap_counts WHERE count > 0"))
    assert counted == dict(writer.all("SELECT state, count(*) FROM gaps GROUP BY 1"))


def test_a_number_below_the_floor_that_comes_after_all_is_explained(writer: Pen) -> None:
    writer.write(*(recent(seq=seq) for seq in STEPPING))
    settle(writer)
    writer.write(recent(seq=1), recent(seq=0))
    assert writer.letters() == [("given_up", True, 0)]
    assert writer.books() == (len(STEPPING) + 2, len(STEPPING), 1, 1, 0)


def test_numbers_at_random_stay_bounded_and_the_books_exact(writer: Pen, device: int) -> None:
    rng = random.Random(7)
    sent = 0
    for _ in range(8):
        batch = [recent(seq=rng.randrange(10**12)) for _ in range(100)]
        sent += len(batch)
        writer.write(*batch)
        settle(writer)
        assert ranges(writer, device) <= KEEP + 100
    books = writer.books()
    assert books.deliveries == sent == books.stored + books.duplicates + books.dead_letters
    assert writer.facts() == books.stored
    assert writer.twice() == []


def test_a_device_cannot_make_the_ledger_grow_by_naming_boots(writer: Pen, device: int) -> None:
    for n in range(10):
        said = [{"boot": n * 64 + k, "last": 3} for k in range(64)]
        writer.write(recent(stream="event", seq=n, name="report", announce=said))
    assert writer.one("SELECT count(*) FROM ledger WHERE device = %s", device) < 300
    writer.write(recent(stream="event", seq=10, name="report", announce=[{"boot": 1, "last": 99}]))
    assert writer.one("SELECT announced FROM ledger WHERE boot = 1") == 99
