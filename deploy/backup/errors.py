"""Why a backup or a restore did not happen."""


class BackupError(Exception):
    """The backup could not be made or brought back."""


class Spoilt(BackupError):  # named for what the file is
    """The file is not a whole backup of this program."""


class NotEmpty(BackupError):  # named for what the database is
    """The database holds data, and a restore would replace all of it."""


class InUse(BackupError):  # named for what the database is
    """Programs are connected to the database that is to be replaced."""
