"""What a bench says at its end: one line of JSON, and which bars it missed."""

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

SHORT_STATUS = 3  # exit status when a bar is missed


def machine() -> str:
    """Processor, cores and memory in words, e.g. `AMD EPYC, 2 cores, 24 GB, Linux 6.1`."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.release()}"
    return f"{names[0] if names else platform.machine()}, {cores} cores, {memory:.0f} GB, {system}"


@dataclass
class Report:
    """Figures of one run, each beside its bar where it has one."""

    bench: str
    figures: dict[str, Any] = field(default_factory=dict)
    short: list[str] = field(default_factory=list)

    def note(self, name: str, value: Any) -> None:
        """A figure without a bar."""
        self.figures[name] = round(value, 4) if isinstance(value, float) else value
        typer.echo(f"  {name}: {self.figures[name]}", err=True)

    def at_least(self, name: str, value: float, bar: float) -> None:
        """A figure that must not be lower than its bar."""
        self.note(name, value)
        self._judge(name, met=value >= bar, bar=f">= {bar:g}")

    def below(self, name: str, value: float, bar: float) -> None:
        """A figure that must be lower than its bar."""
        self.note(name, value)
        self._judge(name, met=value < bar, bar=f"< {bar:g}")

    def holds(self, name: str, *, met: bool) -> None:
        """A statement that must be true."""
        self.note(name, met)
        self._judge(name, met=met, bar="true")

    def say(self, text: str) -> None:
        """Progress, for the person who waits."""
        typer.echo(f"{datetime.now(UTC):%H:%M:%S} {text}", err=True)

    def end(self) -> None:
        """Prints the line and leaves with the status that says whether a bar was missed."""
        line = {"bench": self.bench, "machine": machine()}
        typer.echo(json.dumps(line | {"figures": self.figures, "short": self.short}))
        raise typer.Exit(SHORT_STATUS if self.short else 0)

    def _judge(self, name: str, *, met: bool, bar: str) -> None:
        if not met:
            self.short.append(name)
            typer.echo(f"  {name} misses its bar: {bar}", err=True)
