"""Stored facts as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from center.plates import Plate
from ingest.devices.place import Point
from ingest.devices.schemas import Kind
from ingest.series.buckets import Bucket

Unit = Annotated[str, Field(examples=["m"])]
Pictures = Annotated[
    list[str], Field(description="SHA-256 of its pictures.", examples=[[f"{0x9F86D081:064x}"]])
]


class LatestValue(BaseModel):
    """The newest value of one quantity; `time` is the device's own for this value."""

    quantity: Annotated[str, Field(examples=["water_level"])]
    unit: Unit
    value: float
    time: datetime


class Motion(BaseModel):
    """Where a vehicle was, and how it moved."""

    place: Point
    speed_mps: Annotated[float, Field(description="Metres per second.")]
    heading_deg: Annotated[float, Field(description="Degrees clockwise from north.")]
    accuracy_m: float | None


class Fix(Motion):
    """A motion and its moment, by the device's clock."""

    time: datetime


class Latest(BaseModel):
    """What a device said last; empty and null where it has said nothing yet."""

    device_id: Annotated[str, Field(examples=["WL-0001"])]
    received_at: Annotated[datetime | None, Field(description="Our clock.")]
    values: list[LatestValue]
    position: Fix | None


class SeriesPoint(BaseModel):
    """A value as it came (`time`, `value`), or a bucket: `time` is its begin."""

    time: datetime
    value: Annotated[float | None, Field(description="Only with bucket=raw.")] = None
    count: int | None = None
    mean: float | None = None
    min: float | None = None
    max: float | None = None


class Series(BaseModel):
    """One quantity of one device over a window. A bucket without values has no point."""

    device_id: Annotated[str, Field(examples=["WL-0001"])]
    quantity: Annotated[str, Field(examples=["water_level"])]
    unit: Unit
    bucket: Bucket
    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    start: Annotated[datetime, Field(description="Begin of the first bucket.")]
    end: Annotated[datetime, Field(description="End of the last bucket.")]
    expected_interval_seconds: Annotated[
        int | None, Field(description="How often the device reports: what a hole is.")
    ] = None
    points: list[SeriesPoint]


class TrackLine(BaseModel):
    """A GeoJSON MultiPoint: the fixes in their order."""

    type: Literal["MultiPoint"] = "MultiPoint"
    coordinates: list[tuple[float, float]]


class TrackFacts(BaseModel):
    """What belongs to the fixes, one entry for each."""

    device_id: Annotated[str, Field(examples=["CG-0001"])]
    times: list[datetime]
    speeds_mps: list[float]
    headings_deg: list[float]
    breaks: Annotated[
        list[int],
        Field(description="Numbers (from 0) of fixes after a hole: draw no line to them."),
    ]


class Track(BaseModel):
    """The way of a vehicle, a GeoJSON Feature."""

    type: Literal["Feature"] = "Feature"
    geometry: TrackLine
    properties: TrackFacts


class PassRead(BaseModel):
    """A vehicle passed a lane (过车记录)."""

    time: datetime
    received_at: datetime
    plate: Plate
    plate_colour: Annotated[str, Field(examples=["blue"])]
    vehicle_class: Annotated[str, Field(examples=["car"])]
    lane: int
    speed_mps: float | None
    evidence: Pictures


class ClockSkew(BaseModel):
    """How far a device's clock was from ours at its last message."""

    device_id: Annotated[str, Field(examples=["WL-0001"])]
    name: Annotated[str, Field(examples=["蒸水河西渡桥水位站"])]
    kind: Kind
    division: Annotated[str, Field(examples=["430408"])]
    boot: int
    last_seen: datetime
    clock_skew_seconds: Annotated[float, Field(description="Its clock minus ours.")]
