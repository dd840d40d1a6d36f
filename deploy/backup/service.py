"""What goes into a backup, in which order, and the order of the way back."""

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.backup import archive, database
from deploy.backup.archive import Manifest
from deploy.backup.errors import BackupError, NotEmpty
from deploy.stack import mosquitto
from deploy.stack.secret import write_secret

BROKER_FILES = ("passwd", "acl")


@dataclass(frozen=True)
class Tree:
    """A folder of files that are written once and never changed, or some files in it."""

    folder: Path
    only: Collection[str] | None = None

    def place(self, name: PurePosixPath) -> Path | None:
        """Where a file comes back to; one that is there already is the same, or knows more."""
        path = self.folder / name
        return None if path.exists() else path


@dataclass(frozen=True)
class Places:
    """Where the parts of a running system are."""

    database_url: str
    admin_url: str | None  # superuser; without it the dump is made by database_url's role
    trees: dict[str, "Tree"]  # by name of the part
    broker_files: Path | None  # the broker's passwd and acl, if they are ours to write
    work_dir: Path  # room for the dump of the database while it comes back

    @property
    def database(self) -> str:
        return str(conninfo_to_dict(self.database_url)["dbname"])

    @property
    def dump_url(self) -> str:
        return make_conninfo(self.admin_url or self.database_url, dbname=self.database)


def backup(places: Places, target: Path, say: Callable[[str], None]) -> None:
    """Make a backup while the system runs.

    The database comes first: evidence that is added meanwhile may be too much in the file, but
    what the database names is never missing from it.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    versions = {"digital-hengyang": version("digital-hengyang")}
    versions |= database.versions(places.dump_url)
    with (
        _workplace(target.parent) as folder,
        archive.writing(target, versions) as writer,
    ):
        say("database")
        dump = folder / database.DUMP
        database.dump(places.dump_url, dump)
        writer.add("database", dump.parent)
        for name, tree in places.trees.items():
            say(name)
            writer.add(name, tree.folder, tree.only)
        if places.broker_files is not None:
            say("broker")
            writer.add("broker", places.broker_files, only=BROKER_FILES)
    say(f"done: {target} ({target.stat().st_size:,} bytes)")


def restore(places: Places, source: Path, force: bool, say: Callable[[str], None]) -> None:
    """Bring a backup back; nothing is touched before all of it was found whole.

    Raises NotEmpty if the database holds data, unless forced.
    """
    say("comparing the file with its manifest")
    manifest = archive.verified(source)
    if places.admin_url is None:
        raise BackupError(
            "A restore needs a superuser of the server (TimescaleDB asks for it):"
            " set HENGYANG_STACK_ADMIN_URL."
        )
    if not force and database.holds_data(places.dump_url):
        raise NotEmpty(f"Database {places.database} holds data. To replace all of it, say --force.")
    say(f"database, as it was at {manifest.made_at}")
    _restore_database(places, source, manifest)
    for name, tree in places.trees.items():
        say(name)
        archive.extract(source, name, tree.place)
    if places.broker_files is not None:
        say("broker")
        _restore_broker(places, source)
    say("done")


def _restore_database(places: Places, source: Path, manifest: Manifest) -> None:
    assert places.admin_url is not None
    timescaledb = manifest.versions.get("timescaledb", "")
    with _workplace(places.work_dir) as folder:
        dump = folder / database.DUMP
        archive.extract(source, "database", lambda name: folder / name.name)
        database.restore(places.admin_url, dump, places.database, timescaledb)


def _restore_broker(places: Places, source: Path) -> None:
    """The devices' accounts of the backup; those of the program stay this stack's own."""
    assert places.broker_files is not None
    with _workplace(places.work_dir) as folder:

        def place(name: PurePosixPath) -> Path | None:
            return folder / name.name if name.name in BROKER_FILES else None

        archive.extract(source, "broker", place)
        restored = {name: folder / name for name in BROKER_FILES}
        if restored["passwd"].exists():
            mosquitto.merge_accounts(places.broker_files, restored["passwd"].read_text())
        if restored["acl"].exists():
            write_secret(places.broker_files / "acl", restored["acl"].read_text())


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A folder for the length of the block, where there is room: /tmp often has none.

    Raises BackupError if it cannot be made or filled.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent, prefix=".backup-") as folder:
            yield Path(folder)
    except OSError as error:
        raise BackupError(f"{parent} could not be worked in: {error}") from error
