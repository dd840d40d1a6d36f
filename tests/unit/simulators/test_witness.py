"""The file of the truth adds up to what happened."""

from pathlib import Path

from simulators.rehearsal import rehearse
from simulators.scenario import load
from simulators.witness import Told, Truth, Witness, digest


def test_the_truth_tells_every_message_and_delivery(tmp_path: Path) -> None:
    witness = Witness(Truth(tmp_path / "truth.jsonl"))
    sendings = [s for _, s in rehearse(load("faults"), 1_795_320_000.0, 200.0, witness)]
    witness.close()
    told = Told.read(tmp_path / "truth.jsonl")
    figures = witness.figures
    assert len(told.made) == figures.made
    assert sum(told.delivered.values()) + len(told.damaged) == figures.delivered == len(sendings)
    assert len(told.dropped) == figures.dropped
    for sending in sendings:
        assert sending.message is not None
        key = (sending.message.device_id, *sending.message.key)
        assert told.made[key] == digest(sending.message.payload)
        assert told.streams[key] == sending.message.stream
    assert told.undelivered == told.made.keys() - told.delivered.keys()


def test_a_digest_is_eight_bytes_and_names_the_content() -> None:
    assert len(digest(b"a")) == 16
    assert digest(b"a") != digest(b"b")
