"""Settings of the city's map."""

from typing import Literal

from pydantic import Field

from center.settings import Settings


class CitySettings(Settings):
    """What `hengyang seed` puts on the map of a city that has none yet."""

    city: Literal["full", "small", "none"] = Field(
        "full",
        description="Generated streets, communities, grids, roads and components: `full` all five"
        " urban districts and 100,000 components, `small` part of one and 2,000, `none` outlines"
        " of the districts alone.",
    )
    city_seed: int = Field(430400, ge=0, description="The same seed generates the same city.")
    unit_grid_digits: Literal[14, 15] = Field(
        14, description="Digits of a unit grid's code: those of its community and 2 or 3 more."
    )
