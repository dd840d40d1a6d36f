"""`hengyang bench NAME`: measures a bar of docs/performance.md on servers of its own."""

from importlib import import_module
from typing import Annotated

import typer

from center.errors import NotFound

# Name, module with `run(folder, ...)`, what it measures.
BENCHES = {
    "kills": (
        "server.benches.kills",
        "ten minutes of random kills under load, then an exact ledger",
    ),
    "register": ("server.benches.reregister", "25,000 devices known, 2,000 back inside a minute"),
    "ingest": ("server.benches.ingest", "durable throughput, delay, one process against bare paho"),
    "api": ("server.benches.api", "reads at 100 requests/s while a month is stored and more comes"),
    "tiles": ("server.benches.tiles", "vector tiles of a whole city: p95, sizes, counts"),
    "alarm": (
        "server.benches.alarm",
        "committed fact to alarm on the bus and on the screen, and a storm as few groups",
    ),
    "live": ("server.benches.live", "200 live viewers at 2,000 msg/s, one of them stalled"),
    "screen": (
        "server.benches.screen",
        "the command screen: first useful paint, frames with 500 moving vehicles",
    ),
    "latency": ("server.benches.latency", "from a device's message to the frame that shows it"),
    "camera": (
        "server.benches.camera",
        "28 simulated cameras read back, the age of a picture in a browser, 2,000 cameras watched",
    ),
    "truth": (
        "server.benches.truth",
        "passes, violations, counts, places, detectors and signals against the simulated world",
    ),
    "scenarios": (
        "server.benches.scenarios",
        "a day of `calm` raises no alarm, `storm` raises those it should and none else",
    ),
    "city": (
        "server.benches.city",
        "the whole city for ten minutes: 2,000 msg/s, queues, memory, an exact ledger",
    ),
    "memory": ("server.benches.memory", "memory of each process over 20 minutes at 2,000 msg/s"),
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(help=f"Measure: {'; '.join(f'{n}: {w}' for n, (_, w) in BENCHES.items())}.")(bench)


def bench(
    name: Annotated[str, typer.Argument(help="Which bench.")],
    quick: Annotated[bool, typer.Option(help="A short run, to see that the bench works.")] = False,
) -> None:
    """Measures and ends with one line of JSON; exit status 3 when a bar is missed."""
    from center.settings import var_dir

    if name not in BENCHES:
        raise NotFound(f"There is no bench {name!r}; there are {', '.join(BENCHES)}.")
    module = import_module(BENCHES[name][0])
    module.run(var_dir() / "bench" / name, **(module.QUICK if quick else {}))
