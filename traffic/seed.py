"""What `hengyang seed` puts in for traffic: the national violation codes."""

from sqlalchemy.orm import Session

from traffic.codes import service as codes


def seed(session: Session) -> None:
    """Adds what is missing; what the city has changed stays."""
    codes.seed(session)
