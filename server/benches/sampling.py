"""What a long run is watched by: queues, memory and processor time, and the lines through them."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from server.benches.site import Site

# How full each queue is, and how much has gone through it in all: (name, query).
QUEUES = {
    "broker_messages": """
        SELECT (detail->'broker'->>'messages_held')::bigint FROM processes
        WHERE kind = 'warden' AND state = 'running' AND (detail->>'in_charge')::bool""",
    "gateway_intake": """
        SELECT sum((q->>'length')::bigint) FROM processes, jsonb_array_elements(detail->'queues') q
        WHERE kind = 'ingest' AND state = 'running' AND q->>'name' = 'intake'""",
    "outbox": """
        SELECT count(*) FROM outbox
        WHERE position IS NULL OR position > (SELECT sent FROM outbox_head)""",
    "rules_batches": "SELECT m.commit_no - w.commit_no FROM commit_watermark m, rule_watch w",
    "counts_batches": """
        SELECT m.commit_no - p.commit_no FROM commit_watermark m, traffic_progress p""",
}
FLOWS = {
    "broker_messages": "SELECT sum(deliveries)::bigint FROM counters",
    "gateway_intake": "SELECT sum(deliveries)::bigint FROM counters",
    "outbox": "SELECT sent FROM outbox_head",
    "rules_batches": "SELECT commit_no FROM commit_watermark",
    "counts_batches": "SELECT commit_no FROM commit_watermark",
}
HARDLY = 10.0  # entries a minute: less is the swing of counting, whatever goes through
SHARE = 0.002  # of what goes through: a queue that grows faster is not kept up with

Line = list[tuple[float, float]]  # (seconds, value)


def slope(line: Line) -> float:
    """Growth a minute: of the least-squares line through (seconds, value)."""
    seconds, values = np.array(line, float).T
    return float(np.polyfit(seconds / 60, values, 1)[0])


def anonymous_megabytes(pid: int) -> float:
    """Anonymous memory of one process, in MB (RssAnon of /proc); raises OSError once it is gone."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = [line for line in status.splitlines() if line.startswith("RssAnon")]
    if not found:
        raise ProcessLookupError(pid)  # it has ended and nobody has asked how
    return int(found[0].split()[1]) / 1024


def family(program: str, pid: int) -> dict[int, str]:
    """A process and all its descendants, each under a name: `simulate`, `simulate.world` ...."""
    found = {pid: program}
    for number, child in enumerate(psutil.Process(pid).children(recursive=True), 1):
        try:
            words = child.cmdline()
        except psutil.NoSuchProcess:  # a zombie is one too
            continue
        module = words[words.index("-m") + 1] if "-m" in words else ""
        part = module.removesuffix(".process").rpartition(".")[2] or str(number)
        name = f"{program}.{part}"
        found[child.pid] = f"{name}-{number}" if name in found.values() else name
    return found


@dataclass
class Samples:
    """What was seen of a site's programs and queues."""

    queues: dict[str, Line] = field(default_factory=lambda: {name: [] for name in QUEUES})
    memory: dict[tuple[str, int], Line] = field(default_factory=dict)
    through: dict[str, float] = field(default_factory=dict)  # a minute, by queue

    def growing(self) -> list[str]:
        """Queues that grow by more than 1/500 of what goes through them, and in earnest."""
        return [
            name
            for name, line in self.queues.items()
            if slope(line) > max(HARDLY, SHARE * self.through.get(name, 0.0))
        ]

    def lasting(self) -> Mapping[tuple[str, int], Line]:
        """Memory of the processes that lived through at least half of the samples."""
        most = max((len(line) for line in self.memory.values()), default=0)
        return {key: line for key, line in self.memory.items() if len(line) > most / 2}


def watch(site: Site, programs: Iterable[str], seconds: float, every: float) -> Samples:
    """Samples for so long, then says what went through."""
    samples, names = Samples(), tuple(programs)
    began = time.monotonic()
    with site.connect() as connection:

        def ask(query: str) -> float:
            row = connection.execute(query.encode()).fetchone()
            return float(row[0] or 0) if row else 0.0

        before = {name: ask(query) for name, query in FLOWS.items()}
        while (passed := time.monotonic() - began) < seconds:
            for name, query in QUEUES.items():
                samples.queues[name].append((passed, ask(query)))
            _weigh(site, names, passed, samples)
            time.sleep(max(0.0, every - (time.monotonic() - began - passed)))
        minutes = (time.monotonic() - began) / 60
        for name, query in FLOWS.items():
            samples.through[name] = (ask(query) - before[name]) / minutes
    return samples


def _weigh(site: Site, programs: Iterable[str], passed: float, samples: Samples) -> None:
    for program in programs:
        for pid, name in family(program, site.pid(program)).items():
            try:
                megabytes = anonymous_megabytes(pid)
            except OSError:
                continue  # it has ended between the two looks
            samples.memory.setdefault((name, pid), []).append((passed, megabytes))


def processor_seconds(pids: Mapping[int, str]) -> dict[str, float]:
    """User and system time so far of each of some processes that live, added up by name."""
    spent: dict[str, float] = {}
    for pid, name in pids.items():
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent[name] = spent.get(name, 0.0) + times.user + times.system
    return spent


def servers() -> dict[int, str]:
    """Our own stack's servers that run below this process, by pid."""
    wanted = ("postgres", "mosquitto", "redis-server")
    found = {}
    for child in psutil.Process().children(recursive=True):
        try:
            name = child.name()
        except psutil.NoSuchProcess:
            continue
        if name in wanted:
            found[child.pid] = name
    return found
