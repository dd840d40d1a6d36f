"""Device credentials: made once, shown once, kept only as the broker's own kind of hash."""

import base64
import binascii
import hashlib
import hmac
import secrets

SECRET_BYTES = 32
# Mosquitto's own default. The secret is 256 random bits: stretching adds nothing to it, and the
# broker pays for the iterations at every connection of every device.
ITERATIONS = 101
# Mosquitto 2.0 drops entries with a salt of 64 bytes without a word; its own tool writes 12.
SALT_BYTES = 12
_HASH = "sha512"


def generate() -> str:
    """A new secret of 43 URL-safe characters, the first a letter or digit.

    Spreadsheets take a cell that begins with a hyphen for a formula.
    """
    while not (secret := secrets.token_urlsafe(SECRET_BYTES))[0].isalnum():
        pass
    return secret


def hash_credential(secret: str, *, iterations: int = ITERATIONS, salt: bytes | None = None) -> str:
    """`$7$iterations$salt$hash` (PBKDF2 with SHA-512) as `mosquitto_passwd` writes it."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac(_HASH, secret.encode(), salt, iterations)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


_NOBODY = hash_credential("nobody", salt=bytes(SALT_BYTES))


def verify(secret: str, stored: str | None) -> bool:
    """Whether `secret` fits `stored`, in the same time for None and for a wrong secret."""
    parts = (stored or _NOBODY).split("$")
    try:
        _, form, iterations, salt, digest = parts
        if form != "7":
            return False
        made = hashlib.pbkdf2_hmac(
            _HASH, secret.encode(), base64.b64decode(salt, validate=True), int(iterations)
        )
        same = hmac.compare_digest(made, base64.b64decode(digest, validate=True))
    except (ValueError, binascii.Error):
        return False
    return same and stored is not None
