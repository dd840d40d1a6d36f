"""Whether a page of another site opens a socket in a visitor's browser."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from center.settings import ApiSettings, settings


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether the Origin is neither ours nor one that the settings allow."""
    origin = headers.get("origin")
    if origin is None or origin in settings(ApiSettings).api_origins:
        return False
    return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
