"""Secrets of others that we must be able to read again: encrypted at rest, bound to their owner."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from center.errors import HengyangError
from center.settings import TokenSettings, settings

_NONCE = 12  # bytes, AES-GCM


class SealBroken(HengyangError):
    """The token secret has changed, and what was encrypted under it cannot be read any more."""

    status = 409


def derived(purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, which tells nothing of those for others."""
    secret = settings(TokenSettings).token_secret.get_secret_value().encode()
    return HKDF(SHA256(), 32, salt=None, info=f"hengyang {purpose}".encode()).derive(secret)


def seal(text: str, purpose: str, owner: str) -> bytes:
    """The text encrypted (AES-256-GCM) and bound to its owner, so that rows cannot be swapped."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(derived(purpose)).encrypt(nonce, text.encode(), owner.encode())


def unseal(sealed: bytes, purpose: str, owner: str) -> str:
    """The text of `seal`.

    Raises:
        SealBroken: sealed under another key, for another purpose or for another owner.
    """
    cipher = AESGCM(derived(purpose))
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode()).decode()
    except InvalidTag as error:
        raise SealBroken() from error
