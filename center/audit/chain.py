"""The chain: each hash covers an entry and the hash before, so no change stays unseen."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

MAX_WORDS = 2000  # characters of one value; a log is no place for documents


@dataclass(frozen=True)
class Entry:
    """Who did what to which thing, from where, and how it ended."""

    time: datetime
    actor_id: int | None
    actor: str
    roles: list[str]
    action: str
    object_type: str
    object_id: str
    result: str
    address: str
    request_id: str
    detail: dict[str, Any]

    def row(self, seq: int, digest: bytes) -> dict[str, Any]:
        """The columns of table `audit_log`."""
        return asdict(self) | {"seq": seq, "hash": digest, "detail": _json(self.detail)}


def link(seq: int, entry: Entry, previous: bytes) -> bytes:
    """SHA-256 over the number, the canonical content and the hash before (empty at the first)."""
    content = asdict(entry) | {
        "seq": seq,
        "time": entry.time.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return hashlib.sha256(previous + _json(content).encode()).digest()


def clean(value: Any) -> Any:
    """The value as it comes back from a `jsonb` column, so that its hash can be repeated.

    PostgreSQL has neither NUL nor lone surrogates, nor NaN; it gives 1e16 back as a whole number.
    """
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
        return text[:MAX_WORDS]
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Mapping):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean(item) for item in value]
    return clean(value.isoformat() if hasattr(value, "isoformat") else str(value))


def _number(value: float) -> float | int | str:
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
