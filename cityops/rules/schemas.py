"""Rules as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from center.alarms.signals import Severity
from center.requests import Body
from cityops.rules.calendar import Calendar
from cityops.rules.condition import Condition, RuleValue, Storm, Title
from cityops.rules.target import Target

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_PLAIN),
    Field(examples=["内涝水位超限"]),
]
Description = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500, pattern=_PLAIN),
    Field(examples=["两分钟持续超过警戒水位"]),
]
Username = Annotated[str, Field(examples=["wang.wei"])]
Version = Annotated[int, Field(description="Counts its changes; the ETag.", examples=[3])]


class RuleRead(RuleValue):
    """A rule as it holds now."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    version: Version
    name: Name
    description: Description
    enabled: bool
    division_code: Annotated[
        str, Field(description="Where it holds; 4304 is the whole city.", examples=["4304"])
    ]
    standard: Annotated[bool, Field(description="Came with the program.")]
    troubled: Annotated[int, Field(description="Devices at which its alarm is open.")]
    created_at: datetime
    created_by: Username
    changed_at: datetime
    changed_by: Username


class RuleCreate(RuleValue):
    """A rule to put in force."""

    name: Name
    description: Description = ""
    enabled: bool = True


class RuleChange(Body):
    """What of a rule may change; fields not sent stay as they are.

    Its open alarms are closed, and facts that come later judged anew, where more changes than name,
    description and titles.
    """

    name: Name | None = None
    description: Description | None = None
    enabled: bool | None = None
    condition: Condition | None = None
    calendar: Annotated[Calendar | None, Field(description="Null: always awake.")] = None
    target: Target | None = None
    title_zh: Title | None = None
    title_en: Title | None = None
    storm: Storm | None = None


class RuleVersionRead(RuleValue):
    """A rule as it was."""

    version: Version
    act: Literal["create", "change", "delete"]
    name: Name
    description: Description
    enabled: bool
    changed_at: datetime
    changed_by: Username


class DryRunAsk(Body):
    """A rule, in force or not, and the days on which to try it."""

    model_config = ConfigDict(populate_by_name=True)

    rule: RuleValue
    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime, Field(alias="to")]


class DryRunAlarm(BaseModel):
    """An alarm that would have been raised."""

    model_config = ConfigDict(populate_by_name=True)

    device_id: Annotated[str, Field(examples=["WL-0001"])]
    name: Annotated[str, Field(examples=["蒸水河西渡桥水位站"])]
    division_code: Annotated[str, Field(examples=["430408"])]
    start: Annotated[datetime, Field(alias="from", description="The fact that raised it.")]
    end: Annotated[
        datetime | None, Field(alias="to", description="That ended it; null: it had not ended.")
    ]
    severity: Annotated[Severity, Field(description="The gravest it had.")]
    value: Annotated[float, Field(description="That raised it.")]
    peak: Annotated[float, Field(description="The value furthest past the limit.")]


class DryRun(BaseModel):
    """What a rule would have raised. Alarms are in the order of their begin."""

    alarms: list[DryRunAlarm]
    count: Annotated[int, Field(description="Alarms in all; of many only the first are listed.")]
    by_severity: dict[Severity, int]
    troubled: Annotated[int, Field(description="Devices with an alarm.")]
    devices: Annotated[int, Field(description="Devices the rule watches.")]
    tried: Annotated[int, Field(description="Of these, tried in this run.")]
    truncated: Annotated[
        bool, Field(description="Not all devices were tried, or not all alarms are listed.")
    ]
