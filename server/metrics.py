"""Figures for Prometheus: of this process from memory, of the whole system from the database."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MutexValue, ValueClass
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from center.database import transaction
from center.logs import logger

# Each module has `collect(session) -> Iterable[Metric]`, and reads in milliseconds.
COLLECTORS: tuple[str, ...] = ("server.system.figures",)

log = logger(__name__)

_process = CollectorRegistry(auto_describe=False)
_requests = Counter(
    "hengyang_http_requests",
    "Answers.",
    ["method", "route", "status"],
    registry=_process,
)
_seconds = Histogram(
    "hengyang_http_request_seconds",
    "Time from the request to the end of its answer.",
    ["method", "route"],
    registry=_process,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_cuts = Counter(
    "hengyang_live_cuts", "Lines of the live feed that we cut.", ["reason"], registry=_process
)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answer. `route` is the template, never the path itself: paths are endless."""
    method = method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} else "other"
    _requests.labels(method, route, str(status)).inc()
    _seconds.labels(method, route).observe(seconds)


def observe_cut(reason: str) -> None:
    """Counts a line of the live feed that was cut; `reason` is one of few."""
    _cuts.labels(reason).inc()


class _System(Collector):
    """What the listed modules read from the database."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("hengyang_database_up", "1 if the database answered.")
        try:
            with transaction() as session:
                found = [metric for read in _readers() for metric in read(session)]
        except SQLAlchemyError as error:
            log.warning("metrics_without_database", error=type(error).__name__)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found


def _readers() -> list[Callable[[Session], Iterable[Metric]]]:
    return [import_module(name).collect for name in COLLECTORS]


_system = CollectorRegistry(auto_describe=False)
_system.register(_System())


def render() -> bytes:
    """The text format, all figures; those of answers are of all processes that share the port."""
    answers = _process
    if ValueClass is not MutexValue:  # the parent has named a folder where they add them up
        answers = CollectorRegistry()
        MultiProcessCollector(answers)  # type: ignore[no-untyped-call]  # has no types
    return generate_latest(answers) + generate_latest(_system)
