"""Evidence as the API shows it."""

from datetime import datetime

from pydantic import BaseModel, Field


class EvidenceRead(BaseModel):
    """A piece of evidence that is kept."""

    sha256: str = Field(description="Hex.", examples=[f"{0x9F86D081:064x}"])
    size: int = Field(description="Bytes.", examples=[231442])
    content_type: str = Field(examples=["image/jpeg"])
    stored_at: datetime
