"""A backup in one file, and the way back: database, evidence, the broker's files."""

from deploy.backup.errors import BackupError
from deploy.backup.service import Places, Tree, backup, restore

__all__ = ["BackupError", "Places", "Tree", "backup", "restore"]
