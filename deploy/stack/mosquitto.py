"""The Mosquitto of the local stack: MQTT 5 with a password and an access list for everyone."""

import signal
import socket
from pathlib import Path

from deploy.stack.fingerprint import Fingerprint
from deploy.stack.ports import HOST
from deploy.stack.sandbox import Sandbox
from deploy.stack.secret import write_secret
from deploy.stack.server import DATA, Plan, Server

SECONDS = 2.0
MEGABYTE = 1_048_576
UPWARD = ("readings", "position", "pass", "violation", "status", "event")
DOWNWARD = ("command", "config")

ADMIN_SOCKET = "admin.sock"
GATEWAYS, SESSIONS, LOADS = 32, 16, 256
SERVICE = (
    "topic read hy/v1/#",
    *(f"topic write hy/v1/+/+/{stream}" for stream in DOWNWARD),
    "topic read $SYS/#",
)
# A concentrator stands in for any device, so it may write every topic and hear all answers.
LOAD = ("topic readwrite hy/v1/#", "topic read $SYS/#")
# What a program of ours may do beside the devices' own patterns, by password. Every session has a
# name of its own, which is its user name and its client id.
FAMILIES = {
    "ingest": (
        SERVICE,
        (
            *("ingest", "warden", "hengyang-doctor", "stack-knock"),
            *(f"ingest-{g}-{s}" for g in range(1, GATEWAYS + 1) for s in range(SESSIONS)),
        ),
    ),
    "load": (LOAD, ("load", *(f"load-{n}" for n in range(LOADS)))),
}
ACCOUNTS = {name: password for password, (_, names) in FAMILIES.items() for name in names}
# %u is the user name, which is the device's id. That the kind is the device's own is checked by
# ingest: the register knows it, the broker does not.
PATTERNS = (
    *(f"pattern write hy/v1/+/%u/{stream}" for stream in UPWARD),
    *(f"pattern read hy/v1/+/%u/{stream}" for stream in DOWNWARD),
)


def configure(plan: Plan, sandbox: Sandbox) -> list[str]:
    """Write mosquitto.conf, the accounts of the program, and the files of a first start."""
    settings = {
        "allow_anonymous": "false",
        "password_file": f"{DATA}/files/passwd",
        "acl_file": f"{DATA}/files/acl",
        "persistence": "true",
        "persistence_location": f"{DATA}/",
        "autosave_interval": 30,
        # By count the broker would drop what it has told the publisher is delivered, from
        # message 1,001 on. Bytes last longer, and the program alarms before they are used up.
        # Not 0 for "any count": Mosquitto 2.0.21 then ends the connection of a client whose
        # publish it refused, with "Quota exceeded", instead of answering "not authorised".
        "max_queued_messages": 100_000_000,
        "max_queued_bytes": 512 * MEGABYTE,
        "max_inflight_messages": 2_000,
        # A megabyte of garbage must reach the dead letters; what is larger ends its connection.
        "max_packet_size": MEGABYTE + 4_096,
        "persistent_client_expiration": "14d",
        "max_keepalive": 3_600,
        "set_tcp_nodelay": "true",
        "sys_interval": 5,
        "log_dest": "stderr",
        "log_timestamp_format": "%Y-%m-%dT%H:%M:%SZ",
    }
    folder = plan.folder("mosquitto")
    lines = [f"{key} {value}\n" for key, value in settings.items()]
    lines += [f"log_type {kind}\n" for kind in ("error", "warning", "notice", "information")]
    # Who names the client id of another takes its session over, with all that waits in it. So
    # nobody chooses: it is the user name. Only through the socket, which no device can reach, we
    # end sessions of devices whose accounts end (ingest/devices/kept_sessions.py).
    lines.append(f"listener {plan.ports.mosquitto} {HOST}\nuse_username_as_clientid true\n")
    lines.append(f"listener 0 {DATA}/{ADMIN_SOCKET}\n")
    (folder / "mosquitto.conf").write_text("".join(lines))
    _write_service_files(folder / "files", plan, sandbox)
    return ["mosquitto", "-c", f"{DATA}/mosquitto.conf"]


def _write_service_files(files: Path, plan: Plan, sandbox: Sandbox) -> None:
    """`passwd.service` and `acl.service`, and those parts of `passwd` and `acl`.

    The program keeps the devices' part of `passwd` from its register.
    """
    files.mkdir(mode=0o700, exist_ok=True)
    acl = [
        line
        for rules, names in FAMILIES.values()
        for name in names
        for line in (f"user {name}", *rules, "")
    ]
    write_secret(files / "acl.service", "\n".join([*acl, *PATTERNS, ""]))
    _hash_passwords(files / "passwd.service", plan, sandbox)
    write_secret(files / "acl", (files / "acl.service").read_text())
    merge_accounts(files, (files / "passwd").read_text() if (files / "passwd").exists() else "")


def merge_accounts(files: Path, known: str) -> None:
    """Write `passwd`: the accounts of the program, and the devices' lines of a known `passwd`."""
    devices = [line for line in known.splitlines() if line.partition(":")[0] not in ACCOUNTS]
    service = (files / "passwd.service").read_text().splitlines()
    write_secret(files / "passwd", "".join(f"{line}\n" for line in service + devices))


def _hash_passwords(path: Path, plan: Plan, sandbox: Sandbox) -> None:
    # In a file and not on the command line, which every user of the machine can read.
    plain = [f"{name}:{getattr(plan.passwords, family)}\n" for name, family in ACCOUNTS.items()]
    fingerprint = Fingerprint(path.with_suffix(".fingerprint"), *plain)
    if path.exists() and fingerprint.same():
        return
    partial = path.with_suffix(".partial")
    write_secret(partial, "".join(plain))
    sandbox.run(["mosquitto_passwd", "-U", f"{DATA}/files/{partial.name}"])
    partial.replace(path)
    fingerprint.keep()


def knock(plan: Plan) -> None:
    """Connect under a name of its own that keeps no session."""
    packet = _connect_packet("stack-knock", "stack-knock", plan.passwords.ingest)
    with socket.create_connection((HOST, plan.ports.mosquitto), timeout=SECONDS) as connection:
        connection.sendall(packet)
        answer = connection.recv(64)
        # CONNACK: type, length, flags, reason code (MQTT 5, section 3.2).
        if len(answer) < 4 or answer[0] != 0x20 or answer[3] != 0:
            raise ConnectionError(f"Mosquitto answered {answer.hex() or 'nothing'}")
        connection.sendall(b"\xe0\x00")


def _connect_packet(client: str, user: str, password: str) -> bytes:
    """An MQTT 5 CONNECT with user name, password and clean start; shorter than 128 bytes."""

    def text(value: str) -> bytes:
        return len(value).to_bytes(2, "big") + value.encode()

    header = text("MQTT") + b"\x05" + b"\xc2" + (10).to_bytes(2, "big") + b"\x00"
    body = header + text(client) + text(user) + text(password)
    return bytes([0x10, len(body)]) + body


def prepare(plan: Plan) -> None:
    """Nothing: the program keeps the devices' files."""


MOSQUITTO = Server("mosquitto", "mosquitto", signal.SIGTERM, 20, configure, knock, prepare)
