"""Migrations of the one database; they live here because only the roof sees every table."""

from functools import cache
from pathlib import Path


@cache
def newest() -> str:
    """The schema that this program wants: its highest number, known without Alembic's imports."""
    return max(path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
