"""`hengyang bench tiles`: tiles of a whole city, uncached: how fast, how large, all there."""

import http.client
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

from deploy.stack.ports import HOST, free_ports
from gis.layers.registry import BASE, COMPONENTS, DEVICES
from server.benches.api import DISTRICT, Reader, is_ready, percentile, readers
from server.benches.report import Report
from server.benches.site import HENGYANG, Site, until
from server.benches.vector_tile import Feature, read

POINTS = 20_000  # devices beside the city's 100,000 components
LOW, HIGH = range(8, 13), range(13, 17)  # all tiles of the urban area; some tiles, by a seed
SEEDED = 172
COUNTED = range(7, 17)
ALONE_SECONDS, CROWD_SECONDS = 0.025, 0.120
CROWD = 8
MOST_BYTES = 500_000
SEED_SECONDS = 900
QUICK = {"rounds": 1, "counted": range(8, 13)}

# Beside a component each, a metre or ten away; vehicles have no place of their own.
DEVICES_SQL = """
INSERT INTO devices (device_id, kind, model, name, division_code, place)
SELECT 'bench-' || lpad(c.n::text, 5, '0'), m.kind, m.id, m.title || c.n, c.division_code,
       ST_SetSRID(ST_MakePoint(ST_X(c.place) + (random() - 0.5) / 5000,
                               ST_Y(c.place) + (random() - 0.5) / 5000), 4326)
FROM (SELECT row_number() OVER (ORDER BY md5(code)) AS n, division_code, place
      FROM components) c
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS turn, count(*) OVER () AS turns, id, kind,
             CASE kind WHEN 'camera' THEN '摄像机' WHEN 'epolice' THEN '电子警察' ELSE '传感器' END
                 AS title
      FROM device_models WHERE kind <> 'vehicle') m ON m.turn = c.n %% m.turns
WHERE c.n <= %s"""
AREA = "SELECT {}(ST_Extent(built_up)) FROM divisions WHERE level = 2"
SPOTS = """
SELECT ST_X(p.geom), ST_Y(p.geom)
FROM (SELECT (ST_Dump(ST_GeneratePoints(ST_Union(built_up), %s, 3))).geom
      FROM divisions WHERE level = 2 AND built_up IS NOT NULL) p"""
TILES = "SELECT DISTINCT cell >> %s FROM map_points WHERE layer = %s"
TOTALS = {
    COMPONENTS: "SELECT count(*) FROM components"
    " WHERE state <> 'removed' AND starts_with(division_code, %s)",
    DEVICES: "SELECT count(*) FROM devices WHERE place IS NOT NULL AND retired_at IS NULL"
    " AND starts_with(division_code, %s)",
}


class Address(NamedTuple):
    """A tile of a set."""

    tile_set: str
    z: int
    x: int
    y: int

    @property
    def path(self) -> str:
        return f"/api/v1/gis/tiles/{self.tile_set}/{self.z}/{self.x}/{self.y}"


class Got(NamedTuple):
    """What came, and how long it took."""

    address: Address
    status: int
    body: bytes
    seconds: float


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Column and row of the tile that a place lies in."""
    side = 1 << z
    y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
    return int((lon + 180) / 360 * side), int(y * side)


def addresses(site: Site, tile_set: str) -> list[Address]:
    """Every tile of the urban area at low zooms, and some at high ones."""
    west, south, east, north = (
        site.figure(AREA.format(f"ST_{side}")) for side in ("XMin", "YMin", "XMax", "YMax")
    )
    found = []
    for z in LOW:
        (left, top), (right, bottom) = tile_at(west, north, z), tile_at(east, south, z)
        columns, rows = range(left, right + 1), range(top, bottom + 1)
        found += [Address(tile_set, z, x, y) for x, y in product(columns, rows)]
    with site.connect() as connection:
        spots = connection.execute(SPOTS, (SEEDED,)).fetchall()
    for number, (lon, lat) in enumerate(spots):
        z = HIGH[number % len(HIGH)]
        found.append(Address(tile_set, z, *tile_at(lon, lat, z)))
    return found


class Client:
    """One that asks for a tile, waits for it and asks for the next."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, address: Address) -> Got:
        """The tile."""
        began = time.perf_counter()
        self._connection.request("GET", address.path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        return Got(address, answer.status, body, time.perf_counter() - began)

    def all(self, wanted: Iterable[Address]) -> list[Got]:
        """One after the other."""
        try:
            return [self.get(address) for address in wanted]
        finally:
            self._connection.close()


def ask(port: int, token: str, wanted: Sequence[Address], clients: int) -> list[Got]:
    """All of them, shared among so many clients."""
    shares = [wanted[number::clients] for number in range(clients)]
    with ThreadPoolExecutor(clients) as threads:
        parts = threads.map(lambda share: Client(port, token).all(share), shares)
        return [got for part in parts for got in part]


def measure(report: Report, site: Site, port: int, reader: Reader, rounds: int) -> None:
    """Times of each set, for one client and for several."""
    for tile_set in (COMPONENTS, DEVICES, BASE):
        wanted = addresses(site, tile_set)
        ask(port, reader.token, wanted, CROWD)  # pools, plans and the database's memory fill once
        for clients, bar in ((1, ALONE_SECONDS), (CROWD, CROWD_SECONDS)):
            report.say(f"{tile_set}: {len(wanted)} tiles, {clients} clients")
            shuffled = wanted * rounds
            random.Random(clients).shuffle(shuffled)
            _judge(report, f"{tile_set}_{clients}", ask(port, reader.token, shuffled, clients), bar)


def _judge(report: Report, name: str, got: Sequence[Got], bar: float) -> None:
    taken = sorted(one.seconds for one in got)
    report.note(f"{name}_p50_ms", 1000 * percentile(taken, 0.5))
    report.below(f"{name}_p95_ms", 1000 * percentile(taken, 0.95), 1000 * bar)
    report.note(f"{name}_slowest_ms", 1000 * taken[-1])
    report.below(f"{name}_largest_bytes", max(len(one.body) for one in got), MOST_BYTES)
    report.below(f"{name}_errors", sum(one.status != http.client.OK for one in got), 1)


def count(
    report: Report, site: Site, port: int, scopes: dict[str, Reader], zooms: Iterable[int]
) -> None:
    """Whether the counts of all tiles of a zoom add up to the number of points in scope."""
    for (prefix, reader), tile_set in product(scopes.items(), (COMPONENTS, DEVICES)):
        total = site.figure(TOTALS[tile_set], prefix)
        report.note(f"{tile_set}_{prefix}_points", total)
        for z in zooms:
            got = ask(port, reader.token, list(_holding(site, tile_set, z)), 2)
            features = [f for one in got for f in _features(one)]
            summed = sum(feature.attributes["n"] for feature in features)
            if summed != total:
                report.note(f"{tile_set}_{prefix}_zoom_{z}_counted", summed)
            report.holds(f"{tile_set}_{prefix}_zoom_{z}_adds_up", met=summed == total)


def _holding(site: Site, tile_set: str, z: int) -> Iterator[Address]:
    """Every tile of the zoom that has a point in it."""
    with site.connect() as connection:
        codes = connection.execute(TILES, (2 * (30 - z), tile_set)).fetchall()
    for (code,) in codes:
        yield Address(tile_set, z, _even_bits(code), _even_bits(code >> 1))


def _even_bits(code: int) -> int:
    return sum((code >> 2 * place & 1) << place for place in range(31))


def _features(got: Got) -> list[Feature]:
    layer = read(got.body).get(got.address.tile_set)
    return layer.features if layer else []


def fill(site: Site, report: Report) -> None:
    """The whole city with its components, and devices beside them."""
    site.stack.up()
    site.hengyang("migrate")
    report.say("seeding the whole city")
    began = time.monotonic()
    site.hengyang("seed", "--demo", seconds=SEED_SECONDS)
    report.note("seed_seconds", time.monotonic() - began)
    began = time.monotonic()
    with site.connect() as connection:
        connection.execute(DEVICES_SQL, (POINTS,))
        report.note("devices_seconds", time.monotonic() - began)
        connection.execute("VACUUM ANALYZE")
    report.note("points", site.figure("SELECT count(*) FROM map_points"))


def run(folder: Path, *, rounds: int = 3, counted: Iterable[int] = COUNTED) -> None:
    """Makes a city of its own, asks for its tiles and ends the program with the report."""
    report = Report("tiles")
    if folder.exists():
        Site(folder).remove()  # a run that was killed has left it half filled
    site = Site(folder, {"HENGYANG_TILE_CACHE_BYTES": "0", "HENGYANG_CITY": "full"})
    try:
        report.say("starting servers")
        fill(site, report)
        (port,) = free_ports(1)
        site.start("api", (*HENGYANG, "api", "--port", str(port)))
        until(lambda: is_ready(port), "the API is ready")
        city, district = readers(site, port)
        measure(report, site, port, city, rounds)
        count(report, site, port, {"4304": city, DISTRICT: district}, counted)
        for reader in (city, district):
            reader.close()
    finally:
        site.remove()
    report.end()
