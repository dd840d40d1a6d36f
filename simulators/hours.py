"""Hours in Hengyang: local clock, height of the sun, curves over the day."""

import math
from bisect import bisect_right

SHANGHAI_SECONDS = 8 * 3600  # no daylight saving since 1991
DAY = 86400.0
LATITUDE = 26.89
LONGITUDE = 112.60

Curve = tuple[tuple[float, float], ...]

# Shares of the busiest hour, by local hour.
TRAFFIC: Curve = (
    (0, 0.10), (4, 0.05), (6, 0.25), (7.5, 1.0), (9, 0.75), (12, 0.80),
    (14, 0.65), (17.75, 1.0), (20, 0.60), (22, 0.35), (24, 0.10),
)  # fmt: skip
PEOPLE: Curve = (
    (0, 0.10), (5, 0.05), (7, 0.55), (9, 0.60), (12, 0.95), (14, 0.50),
    (18, 0.90), (20.5, 1.0), (22.5, 0.45), (24, 0.10),
)  # fmt: skip


def local_hour(time: float) -> float:
    """Hour of the day in Asia/Shanghai, 0 to 24, of a time in epoch seconds."""
    return ((time + SHANGHAI_SECONDS) % DAY) / 3600


def local_day(time: float) -> int:
    """Number of the local day since 1970-01-01."""
    return int((time + SHANGHAI_SECONDS) // DAY)


def year_part(time: float) -> float:
    """Part of the year gone by, 0 to 1, leap years smoothed."""
    return ((time + SHANGHAI_SECONDS) / DAY / 365.2425) % 1.0


def at_hour(curve: Curve, hour: float) -> float:
    """The curve's value at a local hour, straight lines between its points."""
    index = min(bisect_right(curve, (hour, math.inf)), len(curve) - 1)
    (start, low), (end, high) = curve[index - 1], curve[index]
    return low + (high - low) * (hour - start) / (end - start)


def sun_elevation(time: float) -> float:
    """Degrees of the sun above the horizon in Hengyang, without refraction (Cooper 1969)."""
    year = 2 * math.pi * (year_part(time) - 81 / 365.2425)
    tilt = math.radians(23.44) * math.sin(year)
    # The equation of time: the sun is up to a quarter of an hour early or late.
    minutes = 9.87 * math.sin(2 * year) - 7.53 * math.cos(year) - 1.5 * math.sin(year)
    turn = math.radians((time % DAY + 60 * minutes) / 240 + LONGITUDE - 180)
    place = math.radians(LATITUDE)
    height = math.sin(place) * math.sin(tilt) + math.cos(place) * math.cos(tilt) * math.cos(turn)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))
