"""Dead letters as the API shows them, and what people decide about them."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from center.requests import Body
from ingest.deadletters.models import State
from ingest.deadletters.reasons import REASONS


def _known_reason(key: str) -> str:
    if key not in REASONS:
        raise ValueError(f"reasons are {', '.join(REASONS)}")
    return key


ReasonKey = Annotated[str, AfterValidator(_known_reason), Field(examples=["unknown_device"])]


class DeadLetter(BaseModel):
    """A message that could not become a fact, or one bad reading of a message that could."""

    id: int
    first_received_at: datetime
    last_received_at: datetime
    repeats: Annotated[int, Field(description="How often it came again; those are duplicates.")]
    topic: Annotated[str, Field(examples=["hy/v1/sensor/WL-0001/readings"])]
    content_type: Annotated[str, Field(examples=["application/json"])]
    device_id: Annotated[
        str | None, Field(description="As the topic names it.", examples=["WL-0001"])
    ]
    division: Annotated[
        str | None, Field(description="Of the device; null: device not known.", examples=["430408"])
    ]
    stream: Annotated[str | None, Field(examples=["readings"])]
    boot: int | None
    seq: int | None
    reason: ReasonKey
    reason_name_zh: Annotated[str, Field(examples=["设备未登记"])]
    reason_name_en: Annotated[str, Field(examples=["Device is not registered"])]
    detail: Annotated[
        str, Field(description="What was seen.", examples=["water_level: 1e+09 outside -5 to 60"])
    ]
    whole: Annotated[
        bool, Field(description="False: a single reading of a message that was stored.")
    ]
    size: Annotated[int, Field(description="Bytes that came.")]
    state: State
    closed_at: datetime | None
    closed_by: Annotated[str | None, Field(examples=["wang.wei"])]
    closed_reason: Annotated[str | None, Field(examples=["探头故障"])]
    replayable: bool
    replay: Annotated[int | None, Field(description="The last replay that took it in.")]
    replay_requested_at: Annotated[
        datetime | None, Field(description="Set while it waits to be replayed.")
    ]
    replay_attempted_at: Annotated[
        datetime | None,
        Field(description="When it was last tried; still open then: refused again, see `detail`."),
    ]
    batch: Annotated[int | None, Field(description="Of the fact that it became.")]
    version: Annotated[int, Field(description="Counts its changes; the ETag.", examples=[3])]


class Payload(BaseModel):
    """The beginning of what came."""

    text: Annotated[
        str | None,
        Field(description="Null where it is not UTF-8.", examples=['{"boot": 1, "seq": 0}']),
    ]
    hex: Annotated[str, Field(examples=["7b22626f6f74223a20317d"])]
    truncated: Annotated[bool, Field(description="More came than is shown.")]
    withheld: Annotated[
        bool,
        Field(description="Nothing is shown, for number plates stand in it that you may not see."),
    ] = False


class DeadLetterDetail(DeadLetter):
    """A dead letter with the beginning of its payload."""

    hindrance: Annotated[
        str | None,
        Field(
            description="Why it can never be replayed.",
            examples=["It is a single reading of a message that was stored."],
        ),
    ]
    payload: Payload


class Discard(Body):
    """Why nothing will be made of it."""

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        Field(examples=["探头故障"]),
    ]


class ReplayFilter(Body):
    """Which open dead letters to replay: all that fit, 10,000 at most."""

    reason: ReasonKey
    device_id: Annotated[str | None, Field(max_length=40, examples=["WL-0001"])] = None
    stream: Annotated[str | None, Field(max_length=16, examples=["readings"])] = None
    received_from: AwareDatetime | None = None
    received_until: AwareDatetime | None = None


class RefusedAgain(BaseModel):
    """How many were refused again for a reason."""

    reason: Annotated[str, Field(examples=["unknown_device"])]
    reason_name_zh: Annotated[str, Field(examples=["设备未登记"])]
    reason_name_en: Annotated[str, Field(examples=["Device is not registered"])]
    count: int


class ReplayReport(BaseModel):
    """What became of a replay: requested = waiting + replayed + refused + elsewhere.

    `elsewhere` were taken in by a later replay, were discarded since, or lie outside your
    divisions.
    """

    id: int
    requested_by: Annotated[str, Field(examples=["wang.wei"])]
    requested_at: datetime
    requested: int
    waiting: int
    replayed: Annotated[int, Field(description="Facts now, or found stored already.")]
    refused: list[RefusedAgain]
    elsewhere: int


class ReplayRequested(ReplayReport):
    """The report at its beginning, and what was left out."""

    not_replayable: Annotated[
        int, Field(description="Fit, but single readings, cut off or status messages.")
    ]
    left: Annotated[int, Field(description="Fit, but beyond the most of one replay: ask again.")]
