"""Logs kept within a bound while their writers hold them open."""

from pathlib import Path

from deploy.stack import logs


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("x" * 10)
    assert not logs.cut(tmp_path / "a.log", limit=10)
    assert not logs.cut(tmp_path / "missing.log", limit=10)


def test_an_open_writer_goes_on_at_the_start_of_the_emptied_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"before" * 5)
        assert logs.cut(log, limit=10)
        writer.write(b"after")
    assert log.read_text() == "after"
    assert (tmp_path / "a.log.1").read_text() == "before" * 5


def test_only_the_newest_few_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for number in range(logs.KEPT + 3):
        log.write_text(f"{number}" * 20)
        logs.cut(log, limit=10)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["a.log", *(f"a.log.{number}" for number in range(1, logs.KEPT + 1))]
    assert (tmp_path / "a.log.1").read_text() == "5" * 20
