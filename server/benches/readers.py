"""Many people who look something up: GET requests at given moments, whatever comes back when."""

import asyncio
import multiprocessing
import random
import time
from dataclasses import dataclass

import uvloop

CONNECTIONS = 32  # kept alive; each is used far more often than the server lets one idle
SPAWN_SECONDS = 120


@dataclass(frozen=True)
class Ask:
    """One request: a name under which it is reported, its path with the query, and who asks."""

    name: str
    path: str
    reader: int = 0  # which of the visit's tokens


@dataclass(frozen=True)
class Visit:
    """All requests of a run, sent at random moments (Poisson) with `rate` a second on average."""

    host: str
    port: int
    tokens: tuple[str, ...]
    asks: tuple[Ask, ...]
    rate: float


@dataclass(frozen=True)
class Answer:
    """`seconds` from the moment when the request was meant to be sent to the end of its answer.

    `late` is the part of it that passed before it was sent. Status 0: the connection broke.
    """

    name: str
    status: int
    seconds: float
    late: float


@dataclass
class Seen:
    """What came of a visit."""

    answers: list[Answer]
    seconds: float
    cpu_seconds: float


class _Connection:
    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._heads = [
            f" HTTP/1.1\r\nHost: {visit.host}\r\nAuthorization: Bearer {token}\r\n\r\n"
            for token in visit.tokens
        ]

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(
            self._visit.host, self._visit.port
        )

    async def get(self, ask: Ask) -> int:
        """The status of the answer, once all of it is here."""
        self._writer.write(f"GET {ask.path}{self._heads[ask.reader]}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        await self._reader.readexactly(length)
        return int(head[9:12])

    def close(self) -> None:
        self._writer.close()


async def _pay(visit: Visit) -> Seen:
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        connection = _Connection(visit)
        await connection.open()
        free.put_nowait(connection)
    answers: list[Answer] = []
    rng = random.Random(1)
    began = due = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for ask in visit.asks:
            due += rng.expovariate(visit.rate)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(_ask(ask, due, free, answers))
    seconds = time.perf_counter() - began
    while not free.empty():
        free.get_nowait().close()
    return Seen(answers, seconds, time.process_time())


async def _ask(
    ask: Ask, due: float, free: "asyncio.Queue[_Connection]", answers: list[Answer]
) -> None:
    connection = await free.get()
    sent = time.perf_counter()
    try:
        status = await connection.get(ask)
    except (OSError, EOFError, ValueError):
        status = 0
        connection.close()
        await connection.open()
    answers.append(Answer(ask.name, status, time.perf_counter() - due, sent - due))
    free.put_nowait(connection)


def _run(visit: Visit) -> Seen:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_pay(visit))


def begin(visit: Visit) -> "multiprocessing.pool.AsyncResult[Seen]":
    """Sends all requests from a process of its own; `.get()` waits for the last answer."""
    pool = multiprocessing.get_context("spawn").Pool(1)
    handle = pool.apply_async(_run, (visit,))
    pool.close()
    return handle


def pay(visit: Visit) -> Seen:
    """The same, waiting."""
    return begin(visit).get(timeout=len(visit.asks) / visit.rate * 2 + SPAWN_SECONDS)
