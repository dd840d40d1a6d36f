"""Ids that no device may have: client ids and accounts of our own programs at the broker."""

import re
from fnmatch import translate

# A device's id is its client id. One of these would take over the session of a program of ours
# (`ingest-1-0` is a gateway's), or be taken over by it (docs/decisions/0024).
RESERVED = (
    "ingest", "ingest-*-*", "warden", "warden-*", "load", "load-*", "hengyang-*", "stack-*",
)  # fmt: skip
_RESERVED = re.compile("|".join(map(translate, RESERVED)))


def is_reserved(device_id: str) -> bool:
    """Whether programs of ours go by such a name."""
    return _RESERVED.match(device_id) is not None
