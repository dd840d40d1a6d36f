"""The second factor: time-based one-time codes (RFC 6238), their secrets encrypted at rest."""

import hmac
from datetime import datetime

import pyotp

from center import sealing
from center.errors import HengyangError

ISSUER = "数字衡阳"
STEP_SECONDS = 30
DRIFT_STEPS = 1  # a phone's clock may be this many steps off
PURPOSE = "second factor"


class SecretUnreadable(HengyangError):
    """The token secret has changed, and the second factor with it: have it removed, enrol anew."""

    status = 409


def new_secret() -> str:
    """A fresh secret of 160 bits in base 32, as authenticator apps take it."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """The `otpauth://` address, to be shown as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def accepted_step(secret: str, code: str, moment: datetime, last_step: int) -> int | None:
    """The time step whose code this is, None for a wrong one.

    A step up to `last_step` was used before: a code seen over a shoulder opens nothing.
    """
    current = int(moment.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    given = code.strip().replace(" ", "").encode()
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        right = hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), given)
        if right and step > last_step:
            return step
    return None


def seal(secret: str, user_id: int) -> bytes:
    """The secret encrypted at rest for this user."""
    return sealing.seal(secret, PURPOSE, _owner(user_id))


def unseal(sealed: bytes, user_id: int) -> str:
    """The secret of `seal`.

    Raises:
        SecretUnreadable: sealed under another key or for another user.
    """
    try:
        return sealing.unseal(sealed, PURPOSE, _owner(user_id))
    except sealing.SealBroken as error:
        raise SecretUnreadable() from error


def _owner(user_id: int) -> str:
    return f"user {user_id}"
