"""Trials as the API takes and shows them."""

from typing import Annotated

from pydantic import BaseModel, Field

from video.cameras.schemas import CameraState, StreamName, StreamSet


class TrialSet(StreamSet):
    """A stream to try. A password not sent is the one kept of this stream, as long as host and
    user are the same."""

    stream: StreamName = "main"


class TrialRead(BaseModel):
    """What a worker found at the address."""

    state: Annotated[CameraState, Field(description="`online`: it shows whole pictures.")]
    reason: Annotated[
        str, Field(description="More closely, in English.", examples=["connection refused"])
    ]
    width: Annotated[int | None, Field(examples=[1280])]
    height: Annotated[int | None, Field(examples=[720])]
    codec: Annotated[str | None, Field(examples=["h264"])]
    playable: Annotated[
        bool, Field(description="Whether browsers play it live; others are watched all the same.")
    ]
    seconds: Annotated[float, Field(description="How long the trial took.")]
