"""A backup in one file, and the way back: database, evidence, the broker's files."""

from deploy.backup.errors import BackupError
from deploy.backup.service import Places, backup, restore

__all__ = ["BackupError", "Places", "backup", "restore"]
