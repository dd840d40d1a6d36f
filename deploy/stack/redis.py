"""The Redis of the local stack: the bus, bounded in memory, appended to disk."""

import signal
import socket

from deploy.stack.ports import HOST
from deploy.stack.sandbox import Sandbox
from deploy.stack.secret import write_secret
from deploy.stack.server import DATA, Plan, Server

SECONDS = 2.0


def configure(plan: Plan, _sandbox: Sandbox) -> list[str]:
    """Write redis.conf (it holds the password: 0600)."""
    settings = {
        "bind": HOST,
        "port": plan.ports.redis,
        "requirepass": plan.passwords.redis,
        "dir": DATA,
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "no" if plan.test else "everysec",
        "save": '""',
        # The bus trims its streams long before this. When it does not, a refused write is an
        # error in a log; an evicted stream would be a silent loss.
        "maxmemory": "128mb" if plan.test else "512mb",
        "maxmemory-policy": "noeviction",
        "maxclients": 1000,
        "timeout": 0,
        "tcp-keepalive": 60,
        "loglevel": "notice",
    }
    lines = (f"{key} {value}\n" for key, value in settings.items())
    write_secret(plan.folder("redis") / "redis.conf", "".join(lines))
    return ["redis-server", f"{DATA}/redis.conf"]


def knock(plan: Plan) -> None:
    """Log in and ping: an error while the append-only file is being read back in."""
    with socket.create_connection((HOST, plan.ports.redis), timeout=SECONDS) as connection:
        connection.sendall(f"AUTH {plan.passwords.redis}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2:
            part = connection.recv(1024)
            if not part:
                raise ConnectionError("Redis closed the connection")
            answer += part
        if answer != b"+OK\r\n+PONG\r\n":
            raise ConnectionError(f"Redis answered {answer.decode(errors='replace').strip()}")


def prepare(plan: Plan) -> None:
    """Nothing: Redis starts empty and the program fills it."""


REDIS = Server("redis", "redis", signal.SIGTERM, 20, configure, knock, prepare)
