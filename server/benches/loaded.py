"""A site under the load of simulated devices, each with its own credential and connection."""

import time
from pathlib import Path
from typing import Self

from server.benches import scoring
from server.benches.site import LOOK_SECONDS, InVain, Site
from simulators.fleet import describe
from simulators.run import Fleet, Options
from simulators.scenario import Group, Scenario
from simulators.witness import Told

DRAIN_SECONDS = 30.0

# Gaps are looked for and asked about sooner than in a city, so that a test need not wait for it.
QUICK = {"HENGYANG_GAP_GRACE_SECONDS": "2", "HENGYANG_GAP_RESEND_SECONDS": "3"}


def mixed(sensors: int, vehicles: int = 4, sites: int = 2, every: float = 0.25) -> Scenario:
    """Sensors in two encodings, vehicles and e-police: about `sensors / every` messages/s."""
    return Scenario(
        name="kills",
        title_zh="杀灭试验",
        title_en="Kills",
        prefix="ki",
        seed=7,
        groups=(
            Group("generic-manhole", sensors - sensors // 2, every),
            Group("generic-air", sensors // 2, every),
            Group("generic-vehicle", vehicles, 1.0),
            Group("generic-epolice", sites, None, 4, 3600.0),
        ),
        messagepack_share=0.2,
    )


class Loaded:
    """A fleet at work on a site, and its score. One fleet per site."""

    def __init__(self, site: Site, scenario: Scenario) -> None:
        self.site = site
        self.truth = site.folder / "truth.jsonl"
        specs = describe(scenario)
        credentials = site.enlist(specs)
        site.await_accounts(credentials)
        options = Options(credentials, site.folder / "fleet", self.truth)
        self.fleet = Fleet(scenario, site.broker, options)

    def __enter__(self) -> Self:
        self.fleet.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fleet.stop(0.0)

    @property
    def made(self) -> int:
        """How many messages the devices have made."""
        return self.fleet.snapshot().figures["made"]

    @property
    def delivered(self) -> int:
        """How many publications the broker has acknowledged."""
        return self.fleet.snapshot().figures["delivered"]

    def settle(self, seconds: float = 120.0) -> Told:
        """Lets devices make nothing new (they still obey) until the ledger is exact.

        Returns: what they published.

        Raises:
            InVain: it does not become exact in time; the message says what differs.
        """
        self.fleet.pause()
        deadline = time.monotonic() + seconds
        while True:
            told, differing = self.score()
            if not differing:
                return told
            if time.monotonic() > deadline:
                raise InVain(f"not exact after {seconds:.0f} s: " + "; ".join(differing))
            time.sleep(LOOK_SECONDS * 5)

    def score(self) -> tuple[Told, list[str]]:
        """What devices published, and what of it does not stand in the ledger as it should."""
        backlog = self.fleet.snapshot().backlog
        self.fleet.flush_truth()
        told = Told.read(self.truth)
        with self.site.connect() as connection:
            store = scoring.read(connection)
        differing = scoring.differences(told, store)
        return told, ([f"{backlog} messages wait at devices"] if backlog else []) + differing


def folder_of(kind: str, parent: Path) -> Path:
    """A fresh folder for a site."""
    made = parent / f"{kind}-{time.time_ns()}"
    made.mkdir(mode=0o700, parents=True)
    return made
