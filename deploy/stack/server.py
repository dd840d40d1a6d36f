"""What the stack must know of one kind of server."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.environment import Passwords
from deploy.stack.ports import Ports
from deploy.stack.sandbox import Sandbox

DATA = "/srv"  # where a server finds its data folder inside the sandbox


@dataclass(frozen=True)
class Plan:
    """One stack as its servers see it."""

    stack: Path  # holds a data folder for each server
    ports: Ports
    passwords: Passwords
    test: bool  # smaller, and no waiting for the disk: process kills lose nothing, power cuts do

    def folder(self, name: str) -> Path:
        return self.stack / name


@dataclass(frozen=True)
class Server:
    """A row of the table of servers, in the order in which they start."""

    name: str  # also its field in Ports, its data folder and its log
    user: str  # system user of the root file system
    stop: signal.Signals  # the orderly end
    stop_seconds: float
    configure: Callable[[Plan, Sandbox], list[str]]  # writes its files, gives its command
    knock: Callable[[Plan], None]  # connects with a password; raises OSError until it is ready
    prepare: Callable[[Plan], None]  # once it is ready; safe to repeat
