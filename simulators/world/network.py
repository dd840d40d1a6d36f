"""The network SUMO drives on, made once of a file of streets and kept."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import msgspec
import sumo

from simulators.world.graph import CLASSES, Graph, build
from simulators.world.plane import Plane

BIN = Path(sumo.SUMO_HOME) / "bin"
EDITION = "1"  # raised when what is built from the same streets changes
NETCONVERT_SECONDS = 300.0
OPTIONS = (
    "--offset.disable-normalization", "true",  # positions stay metres of our plane
    "--junctions.join", "false",
    "--no-turnarounds.except-deadend", "true",
    "--tls.guess", "false",
    "--tls.default-type", "static",
    "--tls.cycle.time", "80",
    "--tls.yellow.time", "3",
    "--tls.allred.time", "1",
    "--output.street-names", "true",
    "--no-warnings", "true",
)  # fmt: skip


class NetworkFailed(RuntimeError):
    """SUMO's tools could not make a network of the streets."""


class Network(NamedTuple):
    """A built network: its folder, and the graph it was made of."""

    folder: Path
    graph: Graph

    @property
    def net(self) -> Path:
        return self.folder / "net.xml"

    @property
    def graph_file(self) -> Path:
        return self.folder / "network.json"

    @property
    def fingerprint(self) -> str:
        return self.folder.name


def fingerprint(streets: Path, seed: int) -> str:
    """Names what a network is made of: the bytes of the streets, the seed, and this code."""
    told = repr((EDITION, seed, OPTIONS, sorted(CLASSES.items()))).encode()
    return blake2b(streets.read_bytes() + told, digest_size=8).hexdigest()


def prepare(streets: Path, seed: int, home: Path) -> Network:
    """The network of a file of streets, from `home` if it is there, else built and kept there.

    Others of the folder are removed. Several processes may ask at once; one of them builds.

    Raises:
        StreetsInvalid
        NetworkFailed
    """
    folder = home / fingerprint(streets, seed)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(home):
        if not (folder / "network.json").exists():
            _build(streets, seed, folder)
        for other in home.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other)
    return Network(folder, read_graph(folder / "network.json"))


def read_graph(file: Path) -> Graph:
    """The road graph as `prepare` has written it."""
    return msgspec.json.decode(file.read_bytes(), type=Graph)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Holds a folder against other processes that would build in it."""
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _build(streets: Path, seed: int, folder: Path) -> None:
    graph = build(streets)
    partial = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        (partial / "nodes.xml").write_text("\n".join(_nodes(graph)), "utf-8")
        (partial / "edges.xml").write_text("\n".join(_edges(graph)), "utf-8")
        call(
            "netconvert", "-n", "nodes.xml", "-e", "edges.xml", "-o", "net.xml",
            "--seed", str(seed), *OPTIONS, folder=partial, seconds=NETCONVERT_SECONDS,
        )  # fmt: skip
        (partial / "network.json").write_bytes(msgspec.json.encode(graph))
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def call(program: str, *words: str, folder: Path, seconds: float) -> None:
    """Runs one of SUMO's tools in a folder; raises NetworkFailed with what it said."""
    try:
        done = subprocess.run(
            [BIN / program, *words],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NetworkFailed(f"{program}: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NetworkFailed(f"{program}: {said[0] if said else f'ended with {done.returncode}'}")


def _nodes(graph: Graph) -> Iterator[str]:
    plane = graph.plane
    yield "<nodes>"
    for node in graph.nodes:
        x, y = plane.metres(node.lon, node.lat)
        kind = "traffic_light" if node.signal else "priority"
        yield f'<node id="{node.id}" x="{x:.2f}" y="{y:.2f}" type="{kind}"/>'
    yield "</nodes>"


def _edges(graph: Graph) -> Iterator[str]:
    plane = graph.plane
    yield "<edges>"
    for edge in graph.edges:
        yield (
            f'<edge id="{edge.id}" from="{edge.source}" to="{edge.target}" numLanes="{edge.lanes}"'
            f' speed="{edge.limit}" priority="{CLASSES[edge.road_class].priority}"'
            f' name={quoteattr(edge.name)} shape="{_shape(plane, edge.points)}"/>'
        )
    yield "</edges>"


def _shape(plane: Plane, points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in (plane.metres(*point) for point in points))
