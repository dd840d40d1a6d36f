"""Settings of the tiles."""

from pydantic import Field

from center.settings import Settings


class TileSettings(Settings):
    """How vector tiles are kept and how large they may be."""

    tile_cache_bytes: int = Field(
        64 * 1024 * 1024,
        ge=0,
        description="Tiles that each API process keeps in memory; 0: none.",
    )
    tile_max_age_seconds: int = Field(
        15, ge=0, le=3600, description="How long a browser shows a tile before it asks again."
    )
    tile_most_bytes: int = Field(
        500_000,
        ge=10_000,
        description="A tile of the base map that would be larger is made with less detail.",
    )
