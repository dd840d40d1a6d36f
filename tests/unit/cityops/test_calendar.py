"""When a rule is awake."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityops.rules.calendar import Calendar
from cityops.rules.evaluation import unix_us

SHANGHAI = ZoneInfo("Asia/Shanghai")


def is_open(calendar: dict[str, Any], moment: str) -> bool:
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    return Calendar.model_validate(calendar).opening.is_open(unix_us(at))


NIGHT = {"hours": {"begin": "20:00", "end": "05:00"}}
DAY = {"hours": {"begin": "08:00", "end": "17:30"}}


@pytest.mark.parametrize(
    ("calendar", "moment", "opens"),
    [
        (DAY, "2026-11-26 07:59:59", False),
        (DAY, "2026-11-26 08:00:00", True),
        (DAY, "2026-11-26 17:29:59", True),
        (DAY, "2026-11-26 17:30:00", False),
        (NIGHT, "2026-11-26 19:59", False),
        (NIGHT, "2026-11-26 20:00", True),
        (NIGHT, "2026-11-27 00:00", True),
        (NIGHT, "2026-11-27 05:00", False),
        ({"weekdays": [4]}, "2026-11-26 00:00", True),
        ({"weekdays": [4]}, "2026-11-25 23:59", False),
        ({"months": [11]}, "2026-11-30 23:59", True),
        ({"months": [11]}, "2026-12-01 00:00", False),
        ({"excluded": ["2026-11-26"]}, "2026-11-26 12:00", False),
        ({"excluded": ["2026-11-26"]}, "2026-11-27 00:00", True),
    ],
)
def test_a_calendar_opens_by_the_clock_of_hengyang(
    calendar: dict[str, Any], moment: str, opens: bool
) -> None:
    assert is_open(calendar, moment) is opens


@given(st.integers(946_684_800, 4_102_444_800))
def test_days_and_months_are_those_of_the_zone(second: int) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    local = moment.astimezone(SHANGHAI)
    only = Calendar(weekdays=[local.isoweekday()], months=[local.month]).opening
    assert only.is_open(unix_us(moment))
    other = Calendar(excluded=[local.date()]).opening
    assert not other.is_open(unix_us(moment))
    assert other.is_open(unix_us(moment + timedelta(days=1)))
