"""Settings of the HTTP server beyond its address."""

from pathlib import Path

from pydantic import Field

from center.settings import CHECKOUT, Settings


class HttpSettings(Settings):
    """What the HTTP server takes in and what it shows."""

    api_proxies: tuple[str, ...] = Field(
        (), description="Addresses of proxies whose X-Forwarded-For is believed; none by default."
    )
    api_max_body_bytes: int = Field(
        1_000_000, ge=10_000, le=1_000_000_000, description="Largest request, uploads aside."
    )
    api_tls_certificate: Path | None = Field(
        None, description="Certificate chain (PEM); with it the server speaks HTTPS."
    )
    api_tls_key: Path | None = Field(None, description="Private key of the certificate (PEM).")
    web_dist: Path = Field(
        CHECKOUT / "web" / "dist", description="The built web pages, served at /."
    )
