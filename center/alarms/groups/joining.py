"""Joining alarms to the groups of their storms; only facts far later begin a new group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from center.alarms.record import encoded, run
from center.alarms.signals import Trouble


@dataclass(frozen=True, slots=True)
class Gust:
    """The new alarms of one storm in one report."""

    storm: str
    source: str
    kind: str
    title_zh: str
    title_en: str
    count: int
    first_time: datetime
    last_time: datetime


def gusts(troubles: Iterable[Trouble]) -> list[Gust]:
    """One row a storm, in the order of the storms; troubles of none are left out."""
    by_storm: dict[str, list[Trouble]] = {}
    for trouble in troubles:
        if trouble.storm is not None:
            by_storm.setdefault(trouble.storm, []).append(trouble)
    return [_gust(storm, by_storm[storm]) for storm in sorted(by_storm)]


def _gust(storm: str, troubles: list[Trouble]) -> Gust:
    first = min(troubles, key=lambda trouble: trouble.fact_time)
    last = max(trouble.fact_time for trouble in troubles)
    return Gust(
        storm, first.source, first.kind, first.title_zh, first.title_en, len(troubles),
        first.fact_time, last,
    )  # fmt: skip


def over(given: Iterable[Gust], last_times: Mapping[str, datetime], window: timedelta) -> list[str]:
    """The storms whose group has ended before these facts began: they begin a new one.

    Facts that come late join the group there is, however old they are: else a storm whose facts
    come in any order would tear its group apart.
    """
    return [
        gust.storm
        for gust in given
        if gust.storm in last_times and gust.first_time > last_times[gust.storm] + window
    ]


def join(
    session: Session, troubles: Iterable[Trouble], window: timedelta, moment: datetime
) -> dict[str, int]:
    """Counts new alarms into the groups of their storms; the group of each storm."""
    given = gusts(troubles)
    if not given:
        return {}
    storms = [gust.storm for gust in given]
    rows = run(session, "lock_groups", storms=storms).all()
    ended = over(given, {row.storm: row.last_time for row in rows}, window)
    if ended:
        ids = [row.id for row in rows if row.storm in ended]
        run(session, "end_groups", ids=ids)
    found = run(session, "join_groups", rows=encoded(given), moment=moment)
    return {row.storm: row.id for row in found}
