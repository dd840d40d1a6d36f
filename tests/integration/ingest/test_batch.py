"""One message, one fact: however often, in whatever order and by how many writers it comes."""

import itertools
import random
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import psycopg
import pytest

from ingest.batch import AlreadyCommitted
from ingest.delivery import Delivery
from tests.integration.databases import Database
from tests.integration.ingest.writing import LIMITS, Books, Pen, enrol, pen, recent
from tests.messages import NOON


@pytest.fixture
def second(database: Database, device: int) -> Iterator[Pen]:
    with pen(database.ingest, writer=2) as made:
        yield made


def other(seq: int = 0, value: float = 59.0) -> Delivery:
    """The same number, other content."""
    return recent(seq=seq, readings={"water_level": value})


def bad(seq: int = 0) -> Delivery:
    return recent(seq=seq, readings={"water_level": 1e9})


def test_the_same_message_twice_in_one_batch_is_stored_once(writer: Pen, device: int) -> None:
    outcome = writer.write(recent(), recent())
    assert outcome[1:] == (1, 1, 0)
    assert writer.books() == Books(2, 1, 1, 0)
    assert (writer.facts(), writer.committed(device)) == (1, "{[0,1)}")


def test_the_same_message_in_two_batches_is_stored_once(writer: Pen) -> None:
    assert writer.write(recent()).stored == 1
    assert writer.write(recent(delay=timedelta(hours=3)))[1:] == (0, 1, 0)
    assert (writer.facts(), writer.letters()) == (1, [])


def test_one_number_with_other_content_is_a_conflict(writer: Pen) -> None:
    writer.write(recent())
    assert writer.write(other())[1:] == (0, 0, 1)
    assert writer.write(other())[1:] == (0, 1, 0)
    assert writer.letters() == [("conflict", True, 1)]
    assert writer.books() == Books(3, 1, 1, 1)


def test_a_number_used_in_one_stream_is_a_conflict_in_another(writer: Pen) -> None:
    writer.write(recent())
    assert writer.write(recent(stream="event"))[1:] == (0, 0, 1)
    assert writer.letters() == [("conflict", True, 0)]


def test_a_conflict_in_a_batch_does_not_drag_the_true_message_with_it(writer: Pen) -> None:
    """A redelivery is a duplicate though an impostor of its number came before it."""
    for seq, order in enumerate(itertools.permutations(range(3))):
        writer.write(recent(seq=seq))
        batch = [recent(seq=seq), other(seq), recent(seq=seq)]
        assert writer.write(*(batch[n] for n in order))[1:] == (0, 2, 1), order
    assert set(writer.letters()) == {("conflict", True, 0)}


def test_of_two_contents_of_one_new_number_the_first_wins(writer: Pen) -> None:
    assert writer.write(recent(), other(), recent())[1:] == (1, 1, 1)
    assert writer.write(other(), recent())[1:] == (0, 2, 0)


def test_numbers_partly_new_are_told_apart(writer: Pen, device: int) -> None:
    writer.write(*(recent(seq=seq) for seq in (0, 1, 5, 6)))
    outcome = writer.write(*(recent(seq=seq) for seq in range(9)))
    assert outcome[1:] == (5, 4, 0)
    assert writer.committed(device) == "{[0,9)}"
    assert writer.twice() == []


def test_a_new_start_of_the_device_counts_from_nothing(writer: Pen, device: int) -> None:
    writer.write(recent(), recent(boot=2, time=NOON + timedelta(seconds=0)))
    assert (writer.committed(device, 1), writer.committed(device, 2)) == ("{[0,1)}", "{[0,1)}")


def test_a_refused_message_uses_its_number_up_and_makes_no_gap(writer: Pen, device: int) -> None:
    assert writer.write(recent(seq=0), bad(1), recent(seq=2))[1:] == (2, 0, 1)
    assert writer.committed(device) == "{[0,3)}"
    assert writer.one("SELECT holed FROM ledger") is False


def test_a_dead_letter_that_comes_again_is_a_duplicate(writer: Pen) -> None:
    assert writer.write(bad(), bad())[1:] == (0, 1, 1)
    assert writer.write(bad())[1:] == (0, 1, 0)
    assert writer.letters() == [("implausible", True, 2)]
    assert writer.books() == Books(3, 0, 2, 1)


def test_a_dead_letter_no_number_can_be_read_from_is_known_by_its_content(writer: Pen) -> None:
    def garbage(body: bytes, topic: str = "hy/v1/sensor/D-1/readings") -> Delivery:
        return Delivery(topic, body, None, recent().received_us)

    batch = [garbage(b"\x00\xff"), garbage(b"\x00\xff"), garbage(b""), garbage(b"", "odd\0\ud800")]
    assert writer.write(*batch)[1:] == (0, 1, 3)
    assert writer.write(*batch)[1:] == (0, 4, 0)


def test_a_megabyte_of_garbage_is_kept_in_part(writer: Pen) -> None:
    made = Delivery("hy/v1/sensor/D-1/readings", b"\xff" * 1_000_000, None, recent().received_us)
    assert writer.write(made, recent())[1:] == (1, 0, 1)
    assert writer.all("SELECT size, octet_length(payload) FROM dead_letters") == [
        (1_000_000, 256 * 1024)
    ]


def test_bad_readings_are_kept_beside_the_stored_message_and_count_once(writer: Pen) -> None:
    readings = {"water_level": 1.0, "flow_rate": 9e9, "happiness": 1.0}
    assert writer.write(recent(readings=readings))[1:] == (1, 0, 0)
    assert writer.write(recent(readings=readings))[1:] == (0, 1, 0)
    assert sorted(writer.letters()) == [("implausible", False, 0), ("unknown_quantity", False, 0)]
    assert writer.books() == Books(2, 1, 1, 0)


def test_a_retry_after_a_lost_answer_finds_the_first_attempt(writer: Pen) -> None:
    batch = writer.take_batch()
    writer.write(recent(), bad(1), batch=batch)
    with pytest.raises(AlreadyCommitted):
        writer.begin([recent(), bad(1)], batch, retry=True)
    writer.connection.rollback()
    assert writer.books() == Books(2, 1, 0, 1)
    assert writer.letters() == [("implausible", True, 0)]


def test_a_retry_after_a_lost_attempt_writes(writer: Pen) -> None:
    batch = writer.take_batch()
    writer.begin([recent()], batch)
    writer.connection.rollback()
    assert writer.write(recent(), batch=batch, retry=True).stored == 1
    assert writer.books() == Books(1, 1, 0, 0)


def test_commits_are_numbered_in_their_order_without_a_hole(writer: Pen, second: Pen) -> None:
    given = [p.write(recent(seq=n)).commit_no for n, p in enumerate([writer, second, writer])]
    assert given == [1, 2, 3]
    assert writer.all("SELECT commit_no, writer, stored FROM batches ORDER BY 1") == [
        (1, 1, 1), (2, 2, 1), (3, 1, 1),
    ]  # fmt: skip


def test_the_second_of_two_writers_waits_for_the_first_and_sees_it(
    writer: Pen, second: Pen
) -> None:
    writer.begin([recent(), recent(seq=1)])
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(second.write(recent(), recent(seq=2))))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()  # the ledger's row is locked
    writer.connection.commit()
    thread.join()
    assert [outcome[1:] for outcome in outcomes] == [(1, 1, 0)]
    assert writer.twice() == []


def test_what_the_first_of_two_writers_gives_up_the_second_stores(writer: Pen, second: Pen) -> None:
    writer.begin([recent()])
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(second.write(recent())))
    thread.start()
    writer.connection.rollback()
    thread.join()
    assert [outcome.stored for outcome in outcomes] == [1]


@pytest.mark.parametrize("seed", range(4))
def test_books_are_exact_after_any_sequence_by_two_writers(
    database: Database, owner: psycopg.Connection, seed: int
) -> None:
    """Duplicates, conflicts, refusals and strangers, in any batches, by writers side by side."""
    dice = random.Random(seed)
    devices = [f"D-{n}" for n in range(4)]
    for name in devices:
        enrol(owner, name)
    published = [made for name in devices for made in _messages(dice, name)]
    streams = [_shuffled(dice, published) for _ in range(2)]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with pen(database.ingest, number) as mine:
                _deliver(dice, mine, streams[number - 1])
        except BaseException as error:  # noqa: BLE001  # told in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with pen(database.ingest) as reader:
        books = reader.books()
        assert books.deliveries == sum(map(len, streams))
        assert books.deliveries == books.stored + books.duplicates + books.dead_letters
        assert books.stored == reader.facts()
        assert reader.twice() == []
        distinct = {(made.topic, made.payload) for made in published}
        assert len(distinct) == books.stored + books.dead_letters
        assert reader.one("SELECT count(*) FROM dead_letters WHERE whole") == books.dead_letters
        assert reader.one("SELECT max(commit_no) = count(*) FROM batches")
        sums = "sum(deliveries), sum(stored), sum(duplicates), sum(dead_letters)"
        assert reader.all(f"SELECT {sums} FROM batches") == reader.all(
            f"SELECT {sums} FROM counters"
        )


def _messages(dice: random.Random, name: str) -> Iterator[Delivery]:
    for seq in range(40):
        kind = dice.random()
        if kind < 0.7:
            yield recent(name, seq=seq)
        elif kind < 0.8:
            yield recent(name, seq=seq, readings={"water_level": 1e9})
        elif kind < 0.9:
            yield recent(name, "event", seq=seq)
        else:
            yield recent(name, seq=seq)
            yield recent(name, seq=seq, readings={"water_level": dice.random()})
    yield recent(f"stranger-of-{name}")
    yield Delivery(f"hy/v1/sensor/{name}/readings", dice.randbytes(20), None, recent().received_us)


def _shuffled(dice: random.Random, published: Sequence[Delivery]) -> list[Delivery]:
    """Every message at least once, some several times, in any order."""
    again = [made for made in published for _ in range(dice.choice((1, 1, 1, 2, 3)))]
    dice.shuffle(again)
    return [Delivery(made.topic, made.payload, None, made.received_us) for made in again]


def _deliver(dice: random.Random, mine: Pen, waiting: list[Delivery]) -> None:
    while waiting:
        size = min(len(waiting), dice.choice((1, 2, 5, 20, 80)))
        batch, waiting = waiting[:size], waiting[size:]
        number = mine.take_batch()
        if dice.random() < 0.2:
            mine.begin(batch, number)
            mine.connection.rollback()
        mine.write(*batch, batch=number, retry=True)
        if dice.random() < 0.2:
            with pytest.raises(AlreadyCommitted):
                mine.begin(batch, number, retry=True)
            mine.connection.rollback()


def test_the_limits_of_the_tests_are_those_of_the_program() -> None:
    assert LIMITS.ingest_accept_past_seconds == 7 * 86_400
