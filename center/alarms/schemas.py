"""Alarms as the API and the live feed show them, and what people decide about them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from center.alarms.lifecycle import Act, Action, State
from center.alarms.signals import Severity, Source
from center.geojson import Point
from center.requests import Body

MOST_IDS = 500

_PLAIN = r"^[^\x00-\x09\x0b-\x1f\x7f]*$"
Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_PLAIN),
    Field(examples=["已派水务局巡查人员到场"]),
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500, pattern=_PLAIN),
    Field(examples=["已电话通知水务局值班室"]),
]


class MeasuredRead(BaseModel):
    """A value that the alarm rests on, and the limit that it passed."""

    quantity: Annotated[str, Field(examples=["water_level"])]
    value: float | None
    unit: Annotated[str, Field(examples=["m"])]
    limit: float | None


class GroupMark(BaseModel):
    """The group of a storm, and how many alarms it has had."""

    id: int
    count: int


class RuleMark(BaseModel):
    """The rule that raised it, as it was then."""

    id: int
    version: int
    name: Annotated[str, Field(examples=["城区河道水位超警戒"])]


class AlarmRead(BaseModel):
    """An alarm; the live feed sends the very same object."""

    id: int
    version: Annotated[int, Field(description="Counts its changes, repeats aside; the ETag.")]
    state: Annotated[
        State, Field(description="`cleared`: its trouble is over, and nobody acknowledged it yet.")
    ]
    severity: Severity
    escalation_level: Annotated[int, Field(description="0: never escalated.")]
    source: Source
    kind: Annotated[str, Field(examples=["water_level_high"])]
    title_zh: Annotated[str, Field(examples=["蒸水河西渡桥水位超过警戒水位"])]
    title_en: Annotated[str, Field(examples=["Water level at Xidu bridge above warning level"])]
    device_id: Annotated[str | None, Field(examples=["WL-0001"])]
    device_name: Annotated[str | None, Field(examples=["蒸水河西渡桥水位站"])]
    division_code: Annotated[str, Field(examples=["430408001003"])]
    place: Point | None
    fact_time: Annotated[datetime, Field(description="Of the newest fact of its trouble.")]
    raised_at: datetime
    changed_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: Annotated[str | None, Field(examples=["wang.wei"])]
    cleared_at: Annotated[datetime | None, Field(description="When its trouble was over.")]
    closed_at: datetime | None
    shelved_until: datetime | None
    values: list[MeasuredRead]
    evidence: Annotated[
        list[str], Field(description="SHA-256, hex.", examples=[[f"{0x9F86D081:064x}"]])
    ]
    group: GroupMark | None
    repeats: Annotated[int, Field(description="Further facts of the same trouble.")]
    rule: RuleMark | None
    actions: Annotated[
        list[Action], Field(description="What its state lets people do who hold `alarms:act`.")
    ]


class ActRead(BaseModel):
    """One line of an alarm's history."""

    id: int
    time: datetime
    act: Annotated[
        Act,
        Field(description="What happened; the state after it stands beside it."),
    ]
    state: State
    actor: Annotated[str, Field(description="`facts`, `clock` or a user.", examples=["wang.wei"])]
    note: Annotated[str, Field(examples=["已派水务局巡查人员到场"])]
    detail: Annotated[dict[str, Any], Field(examples=[{"level": 1}])]


class SeverityCounts(BaseModel):
    """How many alarms of each colour."""

    red: int = 0
    orange: int = 0
    yellow: int = 0
    blue: int = 0


class AlarmSummary(BaseModel):
    """What is open in your divisions."""

    open: Annotated[SeverityCounts, Field(description="Neither closed nor shelved.")]
    unacknowledged: SeverityCounts
    shelved: int


class Acknowledgement(Body):
    """A word with the acknowledgement; it may be left out."""

    note: Note = ""


class Shelving(Body):
    """Until when the alarm is put aside, and why."""

    until: AwareDatetime
    reason: Why


class ReasonGiven(Body):
    """Why."""

    reason: Why


class NoteAdd(Body):
    """A note for the time line."""

    note: Why


class AcknowledgeMany(Body):
    """Alarms to acknowledge: these, or all of a group."""

    ids: (
        Annotated[
            list[Annotated[int, Field(ge=1, lt=2**63)]],
            Field(min_length=1, max_length=MOST_IDS, examples=[[17, 18]]),
        ]
        | None
    ) = None
    group: Annotated[int | None, Field(ge=1, lt=2**63, examples=[3])] = None
    note: Note = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "AcknowledgeMany":
        if (self.ids is None) == (self.group is None):
            raise ValueError("name either `ids` or `group`")
        return self


class NotAcknowledged(BaseModel):
    """An alarm that was left as it is: somebody was first, or there is none in your divisions."""

    id: int
    state: State | None
    by: Annotated[str | None, Field(description="Who acknowledged it.", examples=["wang.wei"])]


class AcknowledgedMany(BaseModel):
    """What became of it: which were acknowledged now, which were not."""

    acknowledged: list[int]
    left: list[NotAcknowledged]
