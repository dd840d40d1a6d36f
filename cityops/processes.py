"""The process of city operations: rules over the committed facts. Any number may run."""

import signal
import threading

from center import logs
from center.bus import reader
from center.database import connector, name_process
from center.processes.heartbeat import Heartbeat
from center.settings import DatabaseSettings, settings
from cityops.rules.watch.watch import Watch
from cityops.settings import RuleSettings
from ingest.leases import RULES, Lease
from ingest.processes import patiently_take_number


def run_rules() -> None:
    """Judges facts and reports alarms until SIGTERM or SIGINT; stands by while another does."""
    logs.configure("rules")
    url = str(settings(DatabaseSettings).database_url)
    connect = connector(url, "rules", autocommit=True)
    watch = Watch(connect, reader("facts"), settings(RuleSettings))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop(stopping, watch))
    lease = Lease(connect)
    taken = patiently_take_number(lease, stopping, RULES)
    if taken is None:
        return
    name = f"rules-{taken}"
    logs.configure(name)
    name_process(name)
    heart = Heartbeat(name, "rules", url, queues=watch.queues, detail=watch.detail)
    heart.start()
    watch.run()
    heart.stop()
    lease.release()


def _stop(stopping: threading.Event, watch: Watch) -> None:
    stopping.set()
    watch.stop()
