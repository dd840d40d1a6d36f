"""What light there is: day and night by the sun's elevation, and what rain takes of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]  # blue, green, red, 0 to 255

DAY_ABOVE, NIGHT_BELOW = 8.0, -6.0  # degrees of the sun's elevation; civil twilight ends at -6
STEP_DEGREES = 2.0  # light is painted anew when the sun has moved so far in twilight
RAIN_STEPS = (0.1, 2.5, 8.0)  # mm/h: light, moderate and heavy begin here (GB/T 28592, rounded)
_NIGHT = np.array([0.34, 0.29, 0.27])  # lamps are on: blue, green, red of what day shows
_SKIES = {  # above, at the horizon
    "day": ((214, 160, 96), (236, 220, 200)),
    "night": ((30, 20, 14), (58, 44, 40)),
    "rain": ((150, 146, 142), (178, 174, 170)),
}


class Light(NamedTuple):
    """One state of the light that pictures are painted in."""

    day: float  # 0 night to 1 day
    rain: int  # 0 none to 3 heavy

    @classmethod
    def of(cls, sun_elevation: float, rain_rate: float) -> "Light":
        """The state for the sun in degrees and rain in mm/h; few states: pictures are kept."""
        level = round(sun_elevation / STEP_DEGREES) * STEP_DEGREES
        day = (level - NIGHT_BELOW) / (DAY_ABOVE - NIGHT_BELOW)
        rain = sum(rain_rate >= step for step in RAIN_STEPS)
        return cls(round(min(max(day, 0.0), 1.0), 2), rain)

    @property
    def lamps(self) -> bool:
        """Whether street lamps and headlights are on."""
        return self.day < 0.6

    @property
    def strength(self) -> NDArray[np.float64]:
        """What of a colour is seen: blue, green, red."""
        return np.asarray((_NIGHT + (1 - _NIGHT) * self.day) * (1 - 0.09 * self.rain))

    def on(self, colour: Colour, share: float = 1.0) -> Colour:
        """A colour as it is seen on a face that gets this share of the light."""
        blue, green, red = np.clip(np.asarray(colour) * self.strength * share, 0, 255)
        return float(blue), float(green), float(red)

    def sky(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Colours of the sky above and at the horizon."""
        clear, night, grey = (np.array(_SKIES[key], float) for key in ("day", "night", "rain"))
        bright = grey if self.rain else clear
        above, low = night + (bright - night) * self.day
        return above, low


def hexed(text: str) -> Colour:
    """Blue, green, red of `#rrggbb`; grey for what is none."""
    try:
        red, green, blue = bytes.fromhex(text.removeprefix("#"))
    except ValueError:
        return 128.0, 128.0, 128.0
    return float(blue), float(green), float(red)
