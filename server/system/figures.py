"""Figures of the whole system for Prometheus, read from rows when they are asked for."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.orm import Session

from center.processes.service import Process, processes
from center.settings import MqttSettings, settings
from server.system import repository
from server.system.queues import queues

OUTCOMES = {"stored": "stored", "duplicate": "duplicates", "dead_letter": "dead_letters"}
GAP_STATES = ("open", "healed", "lost")
EVERYWHERE = ("%",)
EVERY_LETTER = 2**31  # nobody waits for a scrape: open dead letters are counted to the last


def collect(session: Session) -> Iterable[Metric]:
    """The ledger over all processes, devices by state, queues, viewers."""
    books, found = repository.books(session), processes(session)
    messages = CounterMetricFamily(
        "hengyang_messages", "Messages received, by what became of them.", labels=["outcome"]
    )
    for outcome, column in OUTCOMES.items():
        messages.add_metric([outcome], books[column])
    # A gauge in spite of its name: open gaps become fewer, and a lost one may heal.
    gaps = GaugeMetricFamily("hengyang_gaps_total", "Gaps by their state.", labels=["state"])
    for state in GAP_STATES:
        gaps.add_metric([state], books[state])
    return (
        messages,
        gaps,
        _counter("hengyang_deliveries", "What the broker handed over.", books["deliveries"]),
        _counter("hengyang_replayed", "Dead letters that became facts.", books["replayed"]),
        _gauge("hengyang_commit_watermark", "Number of the newest batch.", books["commit_no"]),
        _devices(session),
        *_queues(session, found),
        _gauge(
            "hengyang_live_viewers",
            "Viewers of the live feed at all API processes, at their last beat.",
            sum(one.detail.get("viewers", 0) for one in found if one.state == "running"),
        ),
        _gauge("hengyang_jobs_failed", "Jobs that failed within a day.", _failed(session)),
    )


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _failed(session: Session) -> int:
    found = repository.waiting(session, 1)
    return next(figure.length for figure in found if figure.name == "jobs_failed")


def _devices(session: Session) -> Metric:
    metric = GaugeMetricFamily(
        "hengyang_devices", "Devices that are not retired.", labels=["kind", "state"]
    )
    for kind, state, count in repository.device_counts(session, EVERYWHERE):
        metric.add_metric([kind, state], count)
    return metric


def _queues(session: Session, found: list[Process]) -> tuple[Metric, Metric]:
    length = GaugeMetricFamily("hengyang_queue_length", "What waits.", labels=["queue"])
    limit = GaugeMetricFamily("hengyang_queue_limit", "Its most, if bounded.", labels=["queue"])
    bound = settings(MqttSettings).mqtt_queue_bytes
    for figure in queues(session, found, bound, EVERY_LETTER):
        length.add_metric([figure.name], figure.length)
        if figure.limit is not None:
            limit.add_metric([figure.name], figure.limit)
    return length, limit
