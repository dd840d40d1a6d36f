"""A rule as a value: what is judged and how, when, on which devices, and what is said of it."""

import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from center.alarms.signals import SEVERITIES, Severity
from center.requests import Body
from cityops.rules.calendar import Calendar
from cityops.rules.target import Target
from ingest.quantities.schemas import Key

Op = Literal[">", ">=", "<", "<="]
Storm = Literal["rule_district", "rule", "district", "none"]
RISING: tuple[Severity, ...] = tuple(reversed(SEVERITIES))
DAY_SECONDS = 86_400

PLACEHOLDERS = frozenset(
    {"name", "device", "division", "quantity", "value", "limit", "unit", "minutes"}
)
_BRACES = re.compile(r"\{([^{}]*)\}")


def _placeholders(text: str) -> str:
    for name in _BRACES.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{key}}}" for key in sorted(PLACEHOLDERS))
            raise ValueError(f"nothing can be put in for {{{name}}}; there are {known}")
    if set("{}") & set(_BRACES.sub("", text)):
        raise ValueError("a brace stands alone in the title: a placeholder is {name}")
    return text


Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    AfterValidator(_placeholders),
    Field(
        description="Title of its alarms; {name}, {device}, {division}, {quantity}, {value},"
        " {limit}, {unit} and {minutes} are put in.",
        examples=["{name}{quantity}{value}{unit}"],
    ),
]
Lasting = Annotated[
    float,
    Field(
        ge=0,
        le=DAY_SECONDS,
        description="So many seconds it must last, by the devices' own time; a day at most.",
        examples=[120],
    ),
]


class Step(Body):
    """A limit and how grave it is to pass it."""

    limit: Annotated[float, Field(description="In the quantity's unit.", examples=[2.0])]
    clear: Annotated[
        float | None,
        Field(
            description="The alarm ends where the value is back on this side (hysteresis);"
            " null: at the limit itself.",
            examples=[1.8],
        ),
    ] = None
    severity: Severity

    @property
    def clear_limit(self) -> float:
        return self.limit if self.clear is None else self.clear


class Threshold(Body):
    """A quantity passes a limit. Steps go from the mildest to the gravest."""

    source: Literal["threshold"] = "threshold"
    quantity: Key
    op: Annotated[Op, Field(description="The alarm's side of the limit.")] = ">="
    steps: Annotated[list[Step], Field(min_length=1, max_length=4)]
    duration_seconds: Lasting = 0
    hole_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=DAY_SECONDS,
            description="Facts further apart than this do not show that it lasted in between.",
            examples=[900],
        ),
    ] = 900

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for step in self.steps:
            if self._beyond(step.clear_limit, step.limit):
                raise ValueError(
                    f"the clear limit {step.clear_limit:g} lies beyond the limit {step.limit:g}:"
                    f" with {self.op} it must be"
                    f" {'no higher' if self.op in RISES else 'no lower'} than the limit"
                )
        for mild, grave in pairwise(self.steps):
            if not self._beyond(grave.limit, mild.limit):
                raise ValueError(
                    f"the limits of the steps must go on in one direction: {grave.limit:g} does not"
                    f" lie beyond {mild.limit:g}"
                )
            if self._beyond(mild.clear_limit, grave.clear_limit):
                raise ValueError(
                    f"the step at {grave.limit:g} may not clear later than the one at"
                    f" {mild.limit:g}"
                )
            if RISING.index(grave.severity) <= RISING.index(mild.severity):
                raise ValueError(
                    f"each step must be graver than the one before: {grave.severity} follows"
                    f" {mild.severity}"
                )
        return self

    def _beyond(self, value: float, other: float) -> bool:
        return value > other if self.op in RISES else value < other


RISES = frozenset({">", ">="})


class Liveness(Body):
    """A device is late or off line, by our judgement of its silence and its last will."""

    source: Literal["liveness"] = "liveness"
    state: Annotated[
        Literal["late", "offline"], Field(description="`late` is also what is off line.")
    ] = "offline"
    duration_seconds: Lasting = 0
    severity: Severity


class Gaps(Body):
    """Numbers of a device are missing: asked for (`open`), or given up (`lost`) within an hour."""

    source: Literal["gap"] = "gap"
    state: Literal["open", "lost"] = "lost"
    duration_seconds: Lasting = 0
    severity: Severity


Condition = Annotated[
    Threshold | Liveness | Gaps,
    Field(
        discriminator="source",
        examples=[
            {
                "source": "threshold",
                "quantity": "water_level",
                "op": ">=",
                "steps": [
                    {"limit": 2.0, "clear": 1.8, "severity": "yellow"},
                    {"limit": 2.5, "clear": 2.3, "severity": "orange"},
                ],
                "duration_seconds": 120,
                "hole_seconds": 900,
            }
        ],
    ),
]


class RuleValue(Body):
    """Everything about a rule that decides what it raises."""

    condition: Condition
    calendar: Calendar | None = None
    target: Target = Target()
    title_zh: Title
    title_en: Title
    storm: Annotated[
        Storm,
        Field(
            description="Alarms of equal key within a short time are one group: of the rule in a"
            " district, of the rule anywhere, of any rule in a district, or none."
        ),
    ] = "rule_district"

    @property
    def quantity(self) -> str | None:
        """What a device must measure to be watched."""
        return self.condition.quantity if isinstance(self.condition, Threshold) else None

    @property
    def severities(self) -> tuple[Severity, ...]:
        """From the mildest step to the gravest."""
        condition = self.condition
        if isinstance(condition, Threshold):
            return tuple(step.severity for step in condition.steps)
        return (condition.severity,)
