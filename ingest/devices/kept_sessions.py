"""Ending the sessions that the broker keeps for accounts which are no more."""

import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from center.logs import logger
from ingest.broker import BrokerAddress, connect_properties

log = logger(__name__)
# Mosquitto 2.0.21 leaves a stale entry in its list of expiring sessions for each client that is
# away when its account is removed or gets a new password; later it expires whoever got that
# memory, which may be a gateway. So the session goes first (docs/decisions/0021).
ANSWER_SECONDS = 2.0
AT_ONCE = 32  # a broker that does not answer costs ANSWER_SECONDS for so many


def end_kept_sessions(address: BrokerAddress, socket: Path, client_ids: Iterable[str]) -> int:
    """Takes sessions over with a clean start that ends at once; how many were ended.

    `socket` is the broker's Unix socket, the one door where a client id is free to choose.

    Raises:
        OSError: the broker is away; it then has nothing in memory that could go wrong.
    """
    names = list(client_ids)
    # Through the folder's descriptor: the path of a socket may have 107 bytes only (unix(7)).
    folder = os.open(socket.parent, os.O_PATH)
    try:
        end = partial(_end, address, f"/proc/self/fd/{folder}/{socket.name}")
        with ThreadPoolExecutor(AT_ONCE, "end-session") as pool:
            ended = list(pool.map(end, names))
    finally:
        os.close(folder)
    missed = [name for name, done in zip(names, ended, strict=True) if not done]
    if missed:
        log.warning("sessions_not_ended", count=len(missed), first=missed[0])
    return len(names) - len(missed)


def _end(address: BrokerAddress, door: str, client_id: str) -> bool:
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5, transport="unix"
    )
    client.username_pw_set(address.username, address.password)
    client.connect(
        door,
        clean_start=True,
        properties=connect_properties(receive_maximum=None, session_seconds=0),
    )
    deadline = time.monotonic() + ANSWER_SECONDS
    while not client.is_connected() and time.monotonic() < deadline:
        if client.loop(0.2):
            return False
    taken = client.is_connected()
    client.disconnect()
    client.loop(0.0)
    return taken
