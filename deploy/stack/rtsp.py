"""The RTSP server of the local stack, from which simulated cameras are read."""

import hashlib
import re
import signal
import socket
from importlib import resources

from deploy.stack.ports import HOST
from deploy.stack.sandbox import Sandbox
from deploy.stack.secret import write_secret
from deploy.stack.server import DATA, Plan, Server

SECONDS = 2.0
READER = "reader"
CONTROL = "control.sock"
PROGRAM = "rtsp_program.py"
_CHALLENGE = re.compile(rb'realm="([^"]+)", nonce="([^"]+)"')


def configure(plan: Plan, _sandbox: Sandbox) -> list[str]:
    """Write the program and the readers' password into its folder (0600)."""
    folder = plan.folder("rtsp")
    write_secret(folder / "password", f"{plan.passwords.rtsp}\n")
    program = resources.files("deploy.stack").joinpath(PROGRAM).read_text("utf-8")
    (folder / PROGRAM).write_text(program, "utf-8")
    return ["python3", f"{DATA}/{PROGRAM}", str(plan.ports.rtsp), DATA]


def knock(plan: Plan) -> None:
    """Ask with the readers' password, by digest (RFC 2617 3.2.2), for what nobody may see.

    Who cannot show the password hears 401, who can 404.
    """
    url = f"rtsp://{HOST}:{plan.ports.rtsp}/knock"
    with socket.create_connection((HOST, plan.ports.rtsp), timeout=SECONDS) as connection:
        challenge = _CHALLENGE.search(_ask(connection, url, 1))
        if challenge is None:
            raise ConnectionError("the RTSP server lets in who has no password")
        realm, nonce = (part.decode() for part in challenge.groups())
        who = _md5(f"{READER}:{realm}:{plan.passwords.rtsp}")
        response = _md5(f"{who}:{nonce}:{_md5(f'DESCRIBE:{url}')}")
        fields = f'username="{READER}", realm="{realm}", nonce="{nonce}", uri="{url}"'
        answer = _ask(connection, url, 2, f'{fields}, response="{response}"')
        if not answer.startswith(b"RTSP/1.0 404"):
            raise ConnectionError(f"the RTSP server answered {answer.splitlines()[0].decode()}")


def _ask(connection: socket.socket, url: str, number: int, digest: str = "") -> bytes:
    proof = f"Authorization: Digest {digest}\r\n" if digest else ""
    connection.sendall(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: {number}\r\n{proof}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(1024)
        if not part:
            raise ConnectionError("the RTSP server closed the connection")
        answer += part
    return answer


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # what the RFC asks for


def prepare(plan: Plan) -> None:
    """Nothing: who has pictures mounts them."""


RTSP = Server("rtsp", "nobody", signal.SIGTERM, 10, configure, knock, prepare)
