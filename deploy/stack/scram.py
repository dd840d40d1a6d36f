"""What PostgreSQL keeps of a password, made outside: no log of it can then hold the password."""

import hashlib
import hmac
import os
from base64 import b64encode

ROUNDS = 4096  # PostgreSQL's own default


def verifier(password: str, salt: bytes | None = None) -> str:
    """SCRAM-SHA-256 (RFC 5802, RFC 7677) as pg_authid holds it, of a password of ASCII alone."""
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    kept, shown, mine = (b64encode(part).decode() for part in (salt, _hash(client), server))
    return f"SCRAM-SHA-256${ROUNDS}:{kept}${shown}:{mine}"


def _hash(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
