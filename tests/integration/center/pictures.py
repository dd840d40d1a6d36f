"""A picture, and the device that sends it."""

import base64
import hashlib

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 50
SECRET = "a-device-secret"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path(content: bytes) -> str:
    return f"/api/v1/evidence/{digest(content)}"


def basic(name: str, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
