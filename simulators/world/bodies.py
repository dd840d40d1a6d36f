"""What drives in the world: bodies and drivers, a row each, and which car has which."""

from typing import NamedTuple

from simulators.plates import car
from simulators.randomness import generator


class Body(NamedTuple):
    """One build of vehicle; metres, and how it drives (m/s2, m/s, SUMO's class)."""

    key: str
    vehicle_class: str
    weight: int  # how often among its class
    length: float
    width: float
    height: float
    acceleration: float
    deceleration: float
    top_speed: float
    sumo_class: str
    shape: str


BODIES = (
    Body("sedan", "car", 5, 4.7, 1.82, 1.46, 2.6, 4.5, 50.0, "passenger", "passenger/sedan"),
    Body("hatchback", "car", 3, 4.2, 1.75, 1.52, 2.6, 4.5, 48.0, "passenger", "passenger/wagon"),
    Body("suv", "car", 4, 4.75, 1.9, 1.72, 2.5, 4.5, 48.0, "passenger", "passenger/wagon"),
    Body("taxi", "taxi", 1, 4.6, 1.78, 1.48, 2.6, 4.5, 46.0, "taxi", "passenger/sedan"),
    Body("van", "van", 1, 5.1, 1.95, 1.98, 2.2, 4.2, 42.0, "delivery", "passenger/van"),
    Body("light-truck", "light_truck", 1, 6.0, 2.1, 2.5, 1.8, 4.0, 33.0, "delivery", "delivery"),
    Body("truck", "truck", 1, 9.2, 2.5, 3.4, 1.3, 4.0, 28.0, "truck", "truck"),
    Body("trailer", "trailer", 1, 15.5, 2.5, 3.8, 1.0, 4.0, 25.0, "trailer", "truck/semitrailer"),
    Body("bus", "bus", 1, 11.0, 2.55, 3.1, 1.2, 4.0, 22.0, "bus", "bus"),
    Body("ebike", "ebike", 1, 1.8, 0.7, 1.6, 1.5, 3.0, 6.9, "moped", "moped"),
)  # fmt: skip
PATROL = Body("patrol", "car", 0, 5.0, 1.9, 1.95, 2.2, 4.2, 16.0, "authority", "passenger/van")


class Driver(NamedTuple):
    """How a driver keeps the rules; speeds as shares of the limit."""

    key: str
    weight: float  # how many of a hundred
    speed: str  # SUMO's distribution of the wanted speed
    extra: str  # further attributes of SUMO's type


# Who keeps the rules wants at most 1.05 of the limit: whoever is above 1.1 is a speeder.
DRIVERS = (
    Driver("calm", 91.0, "normc(0.93,0.07,0.75,1.05)", ""),
    Driver("hasty", 4.0, "normc(0.98,0.05,0.85,1.05)", 'jmDriveAfterRedTime="3.5"'),
    Driver("fast", 5.0, "normc(1.15,0.015,1.12,1.18)", 'lcSpeedGain="1.5"'),
)
LAWFUL = DRIVERS[0]

PAINTS = (
    (28, "#f2f3f2"), (20, "#1c1e21"), (15, "#c3c7ca"), (12, "#6d7276"), (8, "#8f1d1d"),
    (7, "#1f3f7a"), (4, "#5b4636"), (3, "#b8860b"), (2, "#2f5d3a"), (1, "#d86b1f"),
)  # fmt: skip
CLASS_PAINTS = {
    "taxi": ((3, "#2a7fb8"), (1, "#3a9d5d")),
    "bus": ((2, "#2e8b57"), (1, "#e2e6e9"), (1, "#c0392b")),
    "truck": ((2, "#1f4e9a"), (1, "#b03a2e"), (1, "#e5e7e9")),
    "trailer": ((2, "#1f4e9a"), (1, "#b03a2e")),
    "ebike": ((2, "#303437"), (1, "#b03a2e"), (1, "#2d6cc0"), (1, "#e7e2d6")),
}
PATROL_PAINT = "#f5f6f7"

EBIKES = 100_000  # numbers of the stock from here on are e-bikes
TAXI_SHARE = 0.09  # of the cars with blue or green plates
EBIKE_SHARE = 0.07  # of all that drives
STOCK = 40_000  # vehicles with plates in and around the city


class Member(NamedTuple):
    """One vehicle of the city as it always is."""

    key: str
    plate: str
    plate_colour: str
    vehicle_class: str
    colour: str  # #rrggbb
    body: Body
    driver: Driver

    @property
    def type(self) -> str:
        """Name of its type in SUMO."""
        return f"{self.body.key}-{self.driver.key}"


def member(seed: int, number: int) -> Member:
    """Vehicle `number` of the stock: the same seed gives the same one for ever.

    E-bikes (电动自行车) have no plate that a site could read: plate empty, colour unknown.
    """
    chance = generator(seed, "member", number)
    if number >= EBIKES:
        plate, plate_colour, kind = "", "unknown", "ebike"
    else:
        plate, plate_colour, kind = car(seed, number)
        if kind == "car" and plate_colour in {"blue", "green"} and chance.random() < TAXI_SHARE:
            kind = "taxi"
    builds = [body for body in BODIES if body.vehicle_class == kind]
    body = chance.choices(builds, [b.weight for b in builds])[0]
    paints = CLASS_PAINTS.get(kind, PAINTS)
    colour = chance.choices([p for _, p in paints], [w for w, _ in paints])[0]
    driver = chance.choices(DRIVERS, [d.weight for d in DRIVERS])[0]
    lawful = kind == "ebike" or body.top_speed < 30
    return Member(
        f"{number}", plate, plate_colour, kind, colour, body, LAWFUL if lawful else driver
    )


def patrol(seed: int, device_id: str) -> Member:
    """The vehicle of the city administration (城管车) behind a device."""
    chance = generator(seed, "patrol", device_id)
    plate = "湘D" + "".join(chance.choices("0123456789", k=4)) + chance.choice("ABCDEFGH")
    return Member(device_id, plate, "blue", "car", PATROL_PAINT, PATROL, LAWFUL)


def types() -> list[str]:
    """All of SUMO's vehicle types, a line each."""
    made = [_type(body, driver) for body in (*BODIES, PATROL) for driver in DRIVERS]
    return [line for line in made if line]


def _type(b: Body, d: Driver) -> str:
    return (
        f'<vType id="{b.key}-{d.key}" vClass="{b.sumo_class}" length="{b.length}"'
        f' width="{b.width}" height="{b.height}" accel="{b.acceleration}"'
        f' decel="{b.deceleration}" maxSpeed="{b.top_speed}" speedFactor="{d.speed}"'
        f' guiShape="{b.shape}" {d.extra}/>'
    )
