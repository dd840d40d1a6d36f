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


class SimulationSettings(Settings):
    """What simulated cameras need; the local stack sets it."""

    rtsp_control_socket: Path | None = Field(
        None,
        description="Socket of the RTSP server on which cameras are mounted; none: no pictures.",
    )
    rtsp_url: str | None = Field(
        None, description="Where the pictures are read, rtsp://reader:password@host:port/cam."
    )
