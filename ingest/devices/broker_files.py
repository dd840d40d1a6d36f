"""The broker's password and access files, kept from the register."""

import os
import signal
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from center.database import sql
from center.logs import logger
from center.settings import MqttSettings
from ingest import wire
from ingest.broker import parse
from ingest.devices.kept_sessions import end_kept_sessions
from ingest.devices.names import is_reserved

log = logger(__name__)

FIRST_MODE = 0o600
# Accounts that one publication removes or changes: their sessions end first, and the warden does
# nothing else meanwhile.
MOST_ENDED = 500
# %u is the user name, which is the device's id: it speaks for itself alone, under any kind. That
# the kind is its own is checked by `ingest.stages.identify`; the broker does not know it.
DEVICE_RULES = (
    *(f"pattern write {wire.ROOT}/+/%u/{stream}" for stream in (*wire.UPWARD, wire.STATUS_STREAM)),
    *(f"pattern read {wire.ROOT}/+/%u/{stream}" for stream in wire.DOWN_STREAMS),
)


def passwd(service: str, accounts: Iterable[tuple[str, str]]) -> str:
    """The password file: the accounts of services, then `(device_id, hash)` of devices.

    A device that was registered under a name of ours before it was reserved is not let in.
    """
    lines = service.splitlines()
    lines += (f"{name}:{hashed}" for name, hashed in accounts if not is_reserved(name))
    return "".join(f"{line}\n" for line in lines)


def acl(service: str) -> str:
    """The access file: the rules of services and those of devices, each rule once."""
    known = {line.strip() for line in service.splitlines()}
    missing = [rule for rule in DEVICE_RULES if rule not in known]
    if not missing:
        return service
    return "\n".join([service.rstrip("\n"), "", *missing, ""])


def outdated(before: str, after: str) -> list[str]:
    """Devices of a password file that the next one lacks or has with another password."""
    still = set(after.splitlines())
    names = (line.partition(":")[0] for line in before.splitlines() if line not in still)
    return [name for name in names if not is_reserved(name)]  # a session of that id is ours


def postponed(before: str, after: str, names: Collection[str]) -> str:
    """The next password file, with the accounts of these names left as they are."""
    kept = [line for line in before.splitlines() if line.partition(":")[0] in names]
    others = [line for line in after.splitlines() if line.partition(":")[0] not in names]
    return "".join(f"{line}\n" for line in (*others, *kept))


def publish_broker_files(
    connection: psycopg.Connection[Any], config: MqttSettings, *, always_signal: bool = False
) -> bool:
    """Brings both files up to date and has the broker read them; True where something changed.

    Of many accounts that are removed or changed a part is done: call it until nothing changes.
    Does nothing where `mqtt_files_dir` is not set: the city's own broker keeps its accounts by
    itself. Call it with `always_signal` once at start: the process before may have died between
    the file and the signal.
    """
    folder = config.mqtt_files_dir
    if folder is None:
        return False
    if not (folder / "passwd.service").exists():
        # Without the accounts of our own services the file would lock us out too.
        log.error("broker_service_accounts_missing", folder=str(folder))
        return False
    accounts = connection.execute(sql("ingest.devices", "broker_accounts")).fetchall()
    if left_out := [name for name, _ in accounts if is_reserved(name)]:
        log.warning("devices_of_reserved_names_left_out", device_ids=left_out)
    before, after = _read(folder / "passwd"), passwd(_read(folder / "passwd.service"), accounts)
    leaving = outdated(before, after)
    _part_from(leaving[:MOST_ENDED], config)
    wanted = {
        "passwd": postponed(before, after, set(leaving[MOST_ENDED:])),
        "acl": acl(_read(folder / "acl.service")),
    }
    changed = [name for name, text in wanted.items() if _replace(folder / name, text)]
    if changed or always_signal:
        signalled = _hang_up(config.mqtt_pid_file)
        devices = len(accounts)
        log.info("broker_files_published", changed=changed, devices=devices, signalled=signalled)
    return bool(changed)


def _part_from(client_ids: Sequence[str], config: MqttSettings) -> None:
    if not client_ids:
        return
    if config.mqtt_admin_socket is None:
        log.warning("sessions_not_ended", reason="no HENGYANG_MQTT_ADMIN_SOCKET")
        return
    try:
        end_kept_sessions(parse(config.mqtt_url), config.mqtt_admin_socket, client_ids)
    except OSError as error:
        log.info("broker_away", error=str(error))


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _replace(path: Path, text: str) -> bool:
    """Writes in one step and only what differs; the new file has the old one's mode and owner."""
    content = text.encode()
    before = path.stat() if path.exists() else None
    if before is not None and path.read_bytes() == content:
        return False
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FIRST_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if before is not None:
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), before.st_mode & 0o777)
        os.fsync(file.fileno())
    partial.replace(path)
    return True


def _hang_up(pid_file: Path | None) -> bool:
    """SIGHUP to the broker; False where it does not run (it reads the files when it starts)."""
    try:
        pid = int(_read(pid_file) if pid_file else "")
        # The number may have gone to another program since the broker died.
        if "mosquitto" not in Path(f"/proc/{pid}/comm").read_text():
            return False
        os.kill(pid, signal.SIGHUP)
    except (ValueError, FileNotFoundError, ProcessLookupError):
        return False
    return True
