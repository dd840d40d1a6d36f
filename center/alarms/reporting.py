"""Taking in what facts say: troubles raise and refresh alarms, reliefs clear them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from center.alarms import record
from center.alarms.groups.joining import join
from center.alarms.judging import Verdict, judge
from center.alarms.lifecycle import Standing
from center.alarms.models import Alarm
from center.alarms.record import Change, Held, encoded, run
from center.alarms.settings import AlarmSettings
from center.alarms.signals import Folded, Relief, Trouble, fold
from center.clock import now
from center.settings import settings

MOST_EVIDENCE = 50  # pieces an alarm names; further ones of a trouble that lasts add nothing


@dataclass(frozen=True)
class Reported:
    """What became of a report; `ids` are the new alarms by their keys.

    `again`: cleared ones that were raised again. `suppressed`: keys with troubles under a silence
    or maintenance. `known`: keys of which nothing new was said.
    """

    raised: int = 0
    again: int = 0
    repeated: int = 0
    cleared: int = 0
    suppressed: int = 0
    known: int = 0
    ids: dict[str, int] = field(default_factory=dict)


def report(
    session: Session, signals: Sequence[Trouble | Relief], moment: datetime | None = None
) -> Reported:
    """Takes in signals in the session's transaction; call it once in a transaction.

    Any number at once: the statements are the same few. What was reported before (a replay of the
    same facts) changes nothing. Keys are locked in their order until the commit.
    """
    said, moment = fold(signals), moment or now()
    if not said:
        return Reported()
    keys = [one.key for one in said]
    since = {
        row.key: row.signal_time for row in run(session, "take_keys", keys=keys, moment=moment)
    }
    open_ones = record.hold(session, Alarm.key.in_(keys), Alarm.state != "closed")
    held = {one.key: one for one in open_ones}
    silenced = _silenced(session, said, held, moment)
    verdicts = [
        judge(one, held.get(one.key), since[one.key], one.key in silenced, moment) for one in said
    ]
    _suppress(session, verdicts, silenced)
    ids = _raise(session, verdicts, moment)
    _change(session, verdicts, moment)
    _hear(session, verdicts)
    return _counted(verdicts, ids)


def _silenced(
    session: Session, said: Sequence[Folded], held: Mapping[str, Held], moment: datetime
) -> dict[str, int]:
    """The silence (0: maintenance) of each key whose trouble would raise an alarm."""

    def stands(key: str) -> bool:
        return key in held and held[key].standing.cleared_at is None

    rows = [
        {
            "key": one.key,
            "device": one.trouble.device,
            "division_code": one.trouble.division_code,
            "lon": one.trouble.lon,
            "lat": one.trouble.lat,
        }
        for one in said
        if one.trouble is not None and not stands(one.key)
    ]
    if not rows:
        return {}
    found = run(session, "silenced", rows=encoded(rows), moment=moment)
    return {row.key: row.silence for row in found}


def _suppress(session: Session, verdicts: Sequence[Verdict], silenced: Mapping[str, int]) -> None:
    rows = [
        {
            "silence": silenced[verdict.said.key],
            "key": verdict.said.key,
            "device": verdict.trouble.device,
            "division_code": verdict.trouble.division_code,
            "count": verdict.news,
            "first_time": verdict.said.times[0],
            "last_time": verdict.said.times[-1],
        }
        for verdict in verdicts
        if verdict.suppressed
    ]
    if rows:
        run(session, "suppress", rows=encoded(rows))


def _raise(session: Session, verdicts: Sequence[Verdict], moment: datetime) -> dict[str, int]:
    """Makes the new alarms; their numbers by key."""
    fresh = [one for one in verdicts if one.held is None and one.after is not None]
    if not fresh:
        return {}
    window = timedelta(seconds=settings(AlarmSettings).alarm_storm_seconds)
    groups = join(session, [one.trouble for one in fresh], window, moment)
    rows = [_row(one, groups, moment) for one in fresh]
    ids: dict[str, int] = {row.key: row.id for row in run(session, "insert", rows=encoded(rows))}
    record.tell(session, [(_as_held(one, ids, groups), one.steps) for one in fresh])
    return ids


def _row(verdict: Verdict, groups: Mapping[str, int], moment: datetime) -> dict[str, Any]:
    trouble, after = verdict.trouble, verdict.after
    assert after is not None
    rule_id, rule_version, rule_name = trouble.rule or (None, None, None)
    return record.standing_fields(after) | {
        "key": trouble.key,
        "source": trouble.source,
        "kind": trouble.kind,
        "device": trouble.device,
        "device_id": trouble.device_id,
        "device_name": trouble.device_name,
        "division_code": trouble.division_code,
        "lon": trouble.lon,
        "lat": trouble.lat,
        "raised_at": moment,
        "measured": trouble.values,
        "evidence": trouble.evidence[:MOST_EVIDENCE],
        "group_id": groups.get(trouble.storm) if trouble.storm is not None else None,
        "rule_id": rule_id,
        "rule_version": rule_version,
        "rule_name": rule_name,
    }


def _as_held(verdict: Verdict, ids: Mapping[str, int], groups: Mapping[str, int]) -> Held:
    trouble, after = verdict.trouble, verdict.after
    assert after is not None
    return Held(
        ids[trouble.key], trouble.key, trouble.division_code, trouble.device,
        groups.get(trouble.storm) if trouble.storm is not None else None, (), after,
    )  # fmt: skip


def _change(session: Session, verdicts: Sequence[Verdict], moment: datetime) -> None:
    """Changes the alarms that are open; a repeat is told now and then only."""
    pause = timedelta(seconds=settings(AlarmSettings).alarm_refresh_seconds)
    record.write(session, [
        _changed(one, one.held, one.after, moment, pause)
        for one in verdicts
        if one.held is not None and one.after is not None
    ])  # fmt: skip


def _changed(
    verdict: Verdict, held: Held, after: Standing, moment: datetime, pause: timedelta
) -> Change:
    told = not verdict.steps and held.standing.told_at <= moment - pause
    if told:
        after = replace(after, told_at=moment)
    if verdict.said.trouble is None or not verdict.news:
        return Change(held, after, verdict.steps)
    trouble = verdict.said.trouble
    evidence = tuple(dict.fromkeys((*held.evidence, *trouble.evidence)))[:MOST_EVIDENCE]
    return Change(held, after, verdict.steps, told, trouble.values, evidence)


def _hear(session: Session, verdicts: Sequence[Verdict]) -> None:
    heard = [(one.said.key, one.heard) for one in verdicts if one.heard is not None]
    if heard:
        keys, times = zip(*heard, strict=True)
        run(session, "signal_times", keys=list(keys), times=list(times))


def _counted(verdicts: Sequence[Verdict], ids: dict[str, int]) -> Reported:
    def acts(name: str) -> int:
        return sum(
            1 for one in verdicts if one.held is not None and any(s.act == name for s in one.steps)
        )

    return Reported(
        raised=len(ids),
        again=acts("raise"),
        repeated=sum(1 for one in verdicts if one.held and one.after and not one.steps),
        cleared=sum(1 for one in verdicts if any(step.act == "clear" for step in one.steps)),
        suppressed=sum(one.suppressed for one in verdicts),
        known=sum(1 for one in verdicts if one.after is None and not one.suppressed),
        ids=ids,
    )
