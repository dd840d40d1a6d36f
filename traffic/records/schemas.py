"""Records as the API shows them."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from center.pages import Page
from center.plates import Plate
from traffic.sites.schemas import Approach, Direction

T = TypeVar("T")
Colour = Literal["blue", "yellow", "white", "black", "green", "yellow_green", "unknown"]
PictureState = Literal["stored", "pending", "missing", "refused", "withheld", "gone"]


class PictureRead(BaseModel):
    """A picture that a record names."""

    sha256: Annotated[str, Field(examples=[f"{0x9F86D081:064x}"])]
    state: Annotated[
        PictureState,
        Field(
            description="`stored`: get it as evidence; `pending`: on its way; `missing`: it did not"
            " come in time; `refused`: what was sent was no such picture; `withheld`: you may not"
            " see number plates; `gone`: too old to be kept."
        ),
    ]
    content_type: Annotated[str | None, Field(examples=["image/jpeg"])]
    refused: Annotated[
        str | None, Field(description="Why an upload was refused.", examples=["wrong_digest"])
    ]


class RecordRead(BaseModel):
    """A vehicle at a site."""

    id: Annotated[
        str, Field(description="Device, boot and number.", examples=["EP-0001.1764145200.17"])
    ]
    time: datetime
    received_at: datetime
    device_id: Annotated[str, Field(examples=["EP-0001"])]
    site_name: Annotated[str, Field(examples=["解放大道南北向电子警察"])]
    division: Annotated[str, Field(examples=["430408"])]
    crossing: Annotated[str | None, Field(examples=["解放大道与船山大道路口"])]
    direction: Direction | None
    lane: int
    approach: Annotated[Approach | None, Field(description="Null: the lane is not registered.")]
    approach_lane: Annotated[
        int | None, Field(description="Number of the lane on its approach, from the middle.")
    ]
    plate: Plate
    plate_form: Annotated[
        bool, Field(description="Whether what was read has the form of a number plate.")
    ]
    plate_colour: Colour
    vehicle_class: Annotated[str, Field(examples=["car"])]
    speed_mps: float | None
    pictures: list[PictureRead]


class ViolationRead(RecordRead):
    """A traffic violation (违法)."""

    code: Annotated[str, Field(examples=["1625"])]
    code_name_zh: Annotated[
        str | None,
        Field(description="Null: not in the list.", examples=["违反交通信号灯（闯红灯）"]),
    ]
    code_name_en: Annotated[str | None, Field(examples=["Red light"])]
    limit_mps: float | None


class Looked(Page[T], Generic[T]):
    """A page that looks at a bounded number of records: it may hold few or none, and still have a
    `next`."""

    looked_until: Annotated[
        datetime, Field(description="Down to this moment everything that fits was found.")
    ]
