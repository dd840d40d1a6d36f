"""What the signals of one key come to, before anything is written; no clock, no database."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from center.alarms.lifecycle import Done, Standing, follow, repeated
from center.alarms.record import Held, Step
from center.alarms.signals import Folded, Relief, Trouble

ACTOR: Final = "facts"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one key.

    `after`: how its alarm stands then, None where nothing changes. `steps`: the acts that lead
    there. `news`: its troubles that were not known; `suppressed`: they are swallowed by a silence.
    `heard`: time of the newest signal that was not known and not swallowed.
    """

    said: Folded
    held: Held | None
    after: Standing | None = None
    steps: tuple[Step, ...] = ()
    news: int = 0
    suppressed: bool = False
    heard: datetime | None = None

    @property
    def trouble(self) -> Trouble:
        """The newest of the troubles that changed something."""
        assert self.said.trouble is not None
        return self.said.trouble


def judge(
    said: Folded, held: Held | None, since: datetime, silenced: bool, moment: datetime
) -> Verdict:
    """The verdict on the signals of a key that was last heard of at `since`.

    A silence keeps alarms from being raised; one that stands open goes on, and troubles end.
    """
    news = said.news(since)
    before = held.standing if held is not None else None
    quiet = silenced and (before is None or before.cleared_at is not None)
    after, heard = before, None
    steps: list[Step] = []
    if news and not quiet:
        assert said.trouble is not None
        heard = said.trouble.fact_time
        after, steps = _worse(before, said.trouble, news, moment)
    relief = said.relief
    if relief is not None and relief.fact_time >= since:
        heard = relief.fact_time
        cleared = _over(after, relief, moment)
        if cleared is not None:
            after = cleared.after
            steps = [*steps, cleared]
    return Verdict(
        said, held, after if after is not before else None, tuple(steps), news,
        bool(news) and quiet, heard,
    )  # fmt: skip


def _worse(
    before: Standing | None, trouble: Trouble, news: int, moment: datetime
) -> tuple[Standing, list[Step]]:
    """The alarm after troubles, and the act where there is one: repeats are none."""
    if before is None:
        after = _new(trouble, news, moment)
    else:
        after = repeated(before, trouble, news, moment) or before
        if after.version == before.version:
            return after, []
    worse = before is not None and before.cleared_at is None
    return after, [Step("worsen" if worse else "raise", after, ACTOR, detail=_told(trouble))]


def _over(standing: Standing | None, relief: Relief, moment: datetime) -> Step | None:
    if standing is None or standing.cleared_at is not None:
        return None
    after = follow(standing, Done("clear", moment))
    if after is None:
        return None
    return Step("clear", after, ACTOR, note=relief.reason, detail=_told(relief))


def _new(trouble: Trouble, news: int, moment: datetime) -> Standing:
    return Standing(
        version=1,
        state="raised",
        severity=trouble.severity,
        level=0,
        title_zh=trouble.title_zh,
        title_en=trouble.title_en,
        fact_time=trouble.fact_time,
        changed_at=moment,
        waits_since=moment,
        told_at=moment,
        repeats=news - 1,
    )


def _told(signal: Trouble | Relief) -> dict[str, Any]:
    told: dict[str, Any] = {"fact_time": signal.fact_time}
    if signal.values:
        told["values"] = [asdict(value) for value in signal.values]
    if isinstance(signal, Trouble):
        told["severity"] = signal.severity
    return told
