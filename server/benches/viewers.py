"""Many viewers of the live feed in one process, and how old what they are told is."""

import asyncio
import multiprocessing
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import uvloop
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Box = tuple[float, float, float, float]
SPAWN_SECONDS = 120
SMALL_BUFFER = 4096  # bytes that the kernel takes for a viewer who does not


class _Item(Struct):
    t: datetime | None = None


class _Frame(Struct):
    t: str
    topic: str = ""
    items: list[_Item] = []


_frames = msgspec.json.Decoder(_Frame)


@dataclass(frozen=True)
class Watch:
    """A viewer per token and box; `stalls` more take nothing from `stall_after` seconds on.

    What is told in the first `warm` seconds is not counted.
    """

    url: str
    tokens: tuple[str, ...]
    boxes: tuple[Box, ...]
    seconds: float
    warm: float
    stalled: Box | None = None
    stall_after: float = 0.0


@dataclass
class Told:
    """`delays`: seconds from the time in a device's message to the arrival of a delta with it,
    and `later` the same since somebody stalls. `cut`: lines that the server ended."""

    delays: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    snapshots: int = 0
    deltas: int = 0
    cut: list[int] = field(default_factory=list)
    stalled_cut: int | None = None
    cpu_seconds: float = 0.0


async def _open(watch: Watch, number: int, box: Box, *, small: bool = False) -> ClientConnection:
    options = {}
    if small:
        host, _, port = watch.url.partition("//")[2].partition("/")[0].partition(":")
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        made.connect((host, int(port)))
        made.setblocking(False)
        options = {"sock": made}
    opened = await connect(watch.url, compression=None, max_size=None, max_queue=1, **options)  # type: ignore[arg-type]  # one of them
    token = watch.tokens[number % len(watch.tokens)]
    for frame in (
        {"t": "hello", "token": token},
        {"t": "subscribe", "topics": {"devices": {"bbox": box}}},
    ):
        await opened.send(msgspec.json.encode(frame).decode())
    return opened


async def _watch(watch: Watch, number: int, began: float, told: Told) -> None:
    opened = await _open(watch, number, watch.boxes[number])
    try:
        while True:
            frame = _frames.decode(await opened.recv())
            at = time.monotonic() - began
            if frame.topic != "devices" or at < watch.warm:
                told.snapshots += frame.t == "snapshot"
                continue
            told.deltas += 1
            moment = time.time()
            into = told.later if watch.stalled and at > watch.stall_after else told.delays
            into += [moment - item.t.timestamp() for item in frame.items if item.t is not None]
    except ConnectionClosed as closed:
        told.cut.append(closed.rcvd.code if closed.rcvd else 1006)
    finally:
        await opened.close()


async def _stall(watch: Watch, box: Box, told: Told) -> None:
    await asyncio.sleep(watch.stall_after)
    opened = await _open(watch, 0, box, small=True)
    left = watch.seconds - watch.stall_after - 5
    await asyncio.sleep(max(1.0, left))
    try:
        async with asyncio.timeout(20):
            while True:
                await opened.recv()
    except ConnectionClosed as closed:
        told.stalled_cut = closed.rcvd.code if closed.rcvd else 1006
    except TimeoutError:
        await opened.close()


async def _run_all(watch: Watch) -> Told:
    told, began = Told(), time.monotonic()
    tasks = [
        asyncio.create_task(_watch(watch, number, began, told))
        for number in range(len(watch.boxes))
    ]
    stall = asyncio.create_task(_stall(watch, watch.stalled, told)) if watch.stalled else None
    await asyncio.sleep(watch.seconds)
    if stall is not None:
        await stall
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    told.cpu_seconds = time.process_time()
    return told


def _run(watch: Watch) -> Told:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run_all(watch))


def watch_all(watch: Watch) -> Told:
    """Has all of them watch, from a process of its own; what they were told."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply_async(_run, (watch,)).get(timeout=watch.seconds + SPAWN_SECONDS)
