"""What the watch remembers: phases of troubles and newest facts, and what of it is to be kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from center.alarms.signals import Relief, Trouble
from center.database import sql
from cityops.rules.evaluation import Phase, Signal, advance, stand
from cityops.rules.watch import words
from cityops.rules.watch.plan import Active, Plan

Key = tuple[int, int]  # rule, device
Row = tuple[int, int, list[float | None]]  # device, Unix microseconds, values


class Seen(NamedTuple):
    """How far rules, register and judgement are; batches lie behind `horizon` in time."""

    revision: int
    register: int
    commit_no: int
    horizon: datetime


class Memory:
    """Judges facts by the plan. What it decides is kept by `keep`, in the same transaction.

    After a transaction that failed it is good for nothing: begin anew with `load`.
    """

    def __init__(self) -> None:
        self.plan = Plan()
        self.phases: dict[Key, Phase] = {}
        self.newest: dict[int, int] = {}
        self.signals: list[Trouble | Relief] = []
        self._before: dict[Key, Phase | None] = {}

    @classmethod
    def load(cls, session: Session, seen: Seen, now_us: int) -> "Memory":
        """As the last transaction left it."""
        made = cls()
        connection = session.connection()
        made.plan.refresh(session, seen.revision, seen.register)
        for row in connection.exec_driver_sql(sql("cityops.rules", "states")):
            made.phases[row.rule, row.device] = Phase(
                tuple(row.since), row.raised, row.seen, row.told
            )
        found = connection.exec_driver_sql(
            sql("cityops.rules", "newest"),
            {
                "commit_no": seen.commit_no,
                "horizon": seen.horizon,
                "devices": list(made.plan.thresholds),
            },
        )
        made.newest = {row.device: row.time_us for row in found if row.time_us is not None}
        made.part({}, now_us)
        return made

    def refresh(self, session: Session, seen: Seen, now_us: int) -> None:
        """Follows changes of rules and of the register."""
        since = {rule.id: rule.since for rule in self.plan.rules.values()}
        if self.plan.refresh(session, seen.revision, seen.register):
            self.part(since, now_us)

    def part(self, since: Mapping[int, int], now_us: int) -> None:
        """Ends what is watched no longer. `since`: the judgement of each rule until now."""
        for key, phase in list(self.phases.items()):
            rule_id, device = key
            rule = self.plan.rules.get(rule_id)
            if rule is None or since.get(rule_id, rule.since) != rule.since:
                # Whoever changed the rule has closed its alarms and removed the rows.
                del self.phases[key]
            elif not self.plan.watches(rule_id, device):
                self._set(key, None)
                if phase.raised:
                    self.signals.append(words.farewell(rule_id, device, now_us))

    def judge(self, rows: Iterable[Row]) -> None:
        """Facts in the order in which they came; what is older than one before it changes nothing.

        This is the path of every message: as little as can be for those that are well.
        """
        watched, newest, phases = self.plan.thresholds, self.newest, self.phases
        for device, time_us, values in rows:
            watching = watched.get(device)
            if watching is None or time_us < newest.get(device, 0):
                continue
            newest[device] = time_us
            for rule, limits, place in watching:
                value = values[place] if place < len(values) else None
                if value is None:
                    continue
                key = (rule.id, device)
                phase = phases.get(key)
                if phase is None and not limits.past(limits.sign * value, limits.limits[0]):
                    continue
                after, signal = advance(limits, phase, time_us, value)
                if after is not phase:
                    self._set(key, after)
                if signal is not None:
                    self._tell(rule, device, signal)

    def judge_standing(
        self, rule: Active, began: Mapping[int, int], now_us: int, seeing_us: int
    ) -> None:
        """Devices at which something holds since so long; the others are well."""
        assert rule.standing is not None
        troubled = {device for rule_id, device in self.phases if rule_id == rule.id}
        for device in (rule.devices & began.keys()) | troubled:
            key = (rule.id, device)
            phase = self.phases.get(key)
            after, signal = stand(rule.standing, phase, began.get(device), now_us, seeing_us)
            if after is not phase:
                self._set(key, after)
            if signal is not None:
                self._tell(rule, device, signal)

    def keep(self, session: Session) -> None:
        """Writes what has changed since the last time."""
        gone, kept = [], []
        for key, before in self._before.items():
            after = self.phases.get(key)
            if after is None:
                gone.append(key)
            elif before is None or _matters(before, after):
                kept.append((key, after))
        self._before.clear()
        connection = session.connection()
        if gone:
            connection.exec_driver_sql(sql("cityops.rules", "drop_states"), _keys(gone))
        if kept:
            connection.exec_driver_sql(
                sql("cityops.rules", "keep_states"),
                {
                    **_keys([key for key, _ in kept]),
                    "since": ["{" + ",".join(map(str, p.since)) + "}" for _, p in kept],
                    "raised": [phase.raised for _, phase in kept],
                    "seen": [phase.seen for _, phase in kept],
                    "told": [phase.told for _, phase in kept],
                },
            )

    def take_signals(self) -> list[Trouble | Relief]:
        """What is to be reported, once."""
        taken, self.signals = self.signals, []
        return taken

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.signals or self._before)

    def _set(self, key: Key, after: Phase | None) -> None:
        self._before.setdefault(key, self.phases.get(key))
        if after is None:
            self.phases.pop(key, None)
        else:
            self.phases[key] = after

    def _tell(self, rule: Active, device: int, signal: Signal) -> None:
        if signal.what == "clear":
            self.signals.append(words.relief(rule, device, signal, self.plan.units))
        else:
            watched = self.plan.devices[device]
            self.signals.append(words.trouble(rule, watched, signal, self.plan.units))


def _matters(before: Phase, after: Phase) -> bool:
    """Whether a restart would judge otherwise without it: `seen` counts while a step is pending."""
    return after.pending or before._replace(seen=0) != after._replace(seen=0)


def _keys(keys: list[Key]) -> dict[str, Any]:
    return {"rules": [rule for rule, _ in keys], "devices": [device for _, device in keys]}
