"""How a line ends, whatever is told or shown on it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from server.live import protocol
from server.live.service import Live
from server.live.viewer import Ending

T = TypeVar("T")


class Ended(Exception):
    """The line is to be cut, and why."""

    def __init__(self, code: int, reason: str) -> None:
        self.ending = Ending(code, reason)
        super().__init__(reason)


async def answer(live: Live, call: Callable[[], T]) -> T:
    """What a question to the database gives, asked in a thread.

    Raises:
        Ended: the database does not answer.
    """
    try:
        return await live.in_thread(call)
    except SQLAlchemyError as error:
        raise Ended(protocol.TRY_LATER, "the database does not answer") from error


async def until_one_ends(parts: Sequence[Coroutine[Any, Any, T]]) -> T:
    """Runs the parts of a line until one ends, and ends the others; gives or raises what it does.

    Several may end at once: the last of them in the list comes first.
    """
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return await next(task for task in reversed(tasks) if task in done)
