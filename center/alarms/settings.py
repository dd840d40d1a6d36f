"""Settings of alarms."""

from pydantic import Field

from center.settings import Settings


class AlarmSettings(Settings):
    """How alarms are grouped, silenced and kept."""

    alarm_storm_seconds: float = Field(
        300,
        ge=1,
        le=86_400,
        description="Troubles of one storm whose facts lie no further apart than this are one"
        " group.",
    )
    alarm_refresh_seconds: float = Field(
        5,
        ge=1,
        le=3600,
        description="Repeats of an open alarm are told on the bus no oftener than this.",
    )
    alarm_silence_hours: int = Field(
        7 * 24, ge=1, le=366 * 24, description="Longest silence, from now to its end."
    )
    alarm_shelving_hours: int = Field(
        24, ge=1, le=30 * 24, description="Longest shelving of one alarm, from now to its end."
    )
    alarm_retention_days: int = Field(
        366, ge=180, description="Alarms closed longer ago go, with their time lines."
    )
