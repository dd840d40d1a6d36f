"""`stack.env`: the passwords of a stack and the variables by which the program finds it."""

import os
import re
import secrets
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from deploy.stack.errors import PartialServers
from deploy.stack.ports import HOST, Ports
from deploy.stack.secret import write_secret

OWN_SERVERS = ("HENGYANG_DATABASE_URL", "HENGYANG_REDIS_URL", "HENGYANG_MQTT_URL")
DATABASE = "hengyang"
_LINE = re.compile(r"^([A-Z_0-9]+)=(.*)$")
_PASSWORD = re.compile(r"^HENGYANG_STACK_PASSWORD_([A-Z]+)$")


CAMERA_NETWORKS = '["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]'


@dataclass(frozen=True)
class Passwords:
    """Generated secrets of one stack, 43 characters each, safe inside a URL."""

    postgres: str
    owner: str
    api: str
    gateway: str
    redis: str
    ingest: str
    load: str
    rtsp: str
    token: str

    @classmethod
    def generate(cls, known: dict[str, str]) -> "Passwords":
        """The known ones kept, the missing ones made."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: known.get(name) or secrets.token_urlsafe(32) for name in names})


def names_own_servers() -> bool:
    """True if the city's own servers are set in the environment, so that no stack is needed.

    Raises PartialServers if only some of the three are.
    """
    missing = [name for name in OWN_SERVERS if not os.environ.get(name)]
    if 0 < len(missing) < len(OWN_SERVERS):
        raise PartialServers(
            f"Set all of {', '.join(OWN_SERVERS)} to use your own servers, or none of them to use"
            f" the local stack. Missing: {', '.join(missing)}."
        )
    return not missing


def read(path: Path) -> dict[str, str]:
    """The variables in a stack.env; empty where there is none."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {match[1]: match[2] for line in lines if (match := _LINE.match(line))}


def known_passwords(variables: dict[str, str]) -> dict[str, str]:
    """The passwords an earlier start has written, by lower-case name."""
    found = ((_PASSWORD.match(name), value) for name, value in variables.items())
    return {match[1].lower(): value for match, value in found if match}


def variables(ports: Ports, passwords: Passwords, stack: Path) -> dict[str, str]:
    """Everything the program and its tests must know of a stack, by variable name."""
    mqtt = f"{HOST}:{ports.mosquitto}"
    files, run = stack / "mosquitto/files", stack / "run"
    public = {
        "HENGYANG_DATABASE_URL": _database("hengyang_api", passwords.api, ports),
        "HENGYANG_DATABASE_OWNER_URL": _database("hengyang_owner", passwords.owner, ports),
        "HENGYANG_DATABASE_INGEST_URL": _database("hengyang_gateway", passwords.gateway, ports),
        "HENGYANG_REDIS_URL": f"redis://:{passwords.redis}@{HOST}:{ports.redis}/0",
        "HENGYANG_MQTT_URL": f"mqtt://ingest:{passwords.ingest}@{mqtt}",
        "HENGYANG_MQTT_LOAD_URL": f"mqtt://load:{passwords.load}@{mqtt}",
        "HENGYANG_MQTT_FILES_DIR": str(files),
        "HENGYANG_MQTT_ADMIN_SOCKET": str(stack / "mosquitto/admin.sock"),
        "HENGYANG_MQTT_PID_FILE": str(run / "mosquitto.pid"),
        "HENGYANG_RTSP_URL": f"rtsp://reader:{passwords.rtsp}@{HOST}:{ports.rtsp}/cam",
        # The simulated cameras stand on this machine; a city's own stand where its settings say.
        "HENGYANG_VIDEO_CAMERA_NETWORKS": CAMERA_NETWORKS,
        "HENGYANG_RTSP_CONTROL_SOCKET": str(stack / "rtsp/control.sock"),
        "HENGYANG_TOKEN_SECRET": passwords.token,
        "HENGYANG_STACK_ADMIN_URL": _database("postgres", passwords.postgres, ports, "postgres"),
        "HENGYANG_STACK_PORTS": ",".join(map(str, astuple(ports))),
    }
    secret = {
        f"HENGYANG_STACK_PASSWORD_{field.name.upper()}": getattr(passwords, field.name)
        for field in fields(passwords)
    }
    return public | secret


def write(path: Path, values: dict[str, str]) -> None:
    """Replace the file in one step; only its owner may ever read it."""
    lines = (f"{name}={value}\n" for name, value in values.items())
    write_secret(path, "# Written by the local stack at every start.\n" + "".join(lines))


def _database(user: str, password: str, ports: Ports, name: str = DATABASE) -> str:
    return f"postgresql://{user}:{password}@{HOST}:{ports.postgres}/{name}"
