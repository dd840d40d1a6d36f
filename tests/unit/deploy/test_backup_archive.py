"""The file of a backup: every way it may be spoilt is noticed before anything is touched."""

import io
import json
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from deploy.backup import archive
from deploy.backup.archive import MANIFEST, Manifest
from deploy.backup.errors import Spoilt


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab/cd").write_bytes(b"picture")
    (folder / "空").write_bytes(b"")
    return folder


@pytest.fixture
def backup(tmp_path: Path, source: Path) -> Path:
    path = tmp_path / "backup"
    with archive.writing(path, {"postgresql": "17"}) as writer:
        writer.add("evidence", source)
        writer.add("nothing", tmp_path / "missing")
    return path


def rewrite(path: Path, change: dict[str, bytes | None]) -> None:
    """Replace, add or (None) leave out members of an archive."""
    with tarfile.open(path) as tar:
        members = {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar}
    with tarfile.open(path, "w") as tar:
        for name, content in {**members, **change}.items():
            if content is not None:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize(
    "change",
    [
        {"evidence/ab/cd": b"picturE"},
        {"evidence/ab/cd": None},
        {"evidence/more": b"x"},
        {"nothing/more": b"x"},
    ],
)
def test_a_changed_missing_or_added_file_is_noticed(
    backup: Path, change: dict[str, bytes | None]
) -> None:
    rewrite(backup, change)
    with pytest.raises(Spoilt, match="is not what was written into it"):
        archive.verified(backup)


def test_a_backup_without_its_manifest_is_refused(backup: Path) -> None:
    rewrite(backup, {MANIFEST: None})
    with pytest.raises(Spoilt, match="ends before its manifest"):
        archive.verified(backup)


@pytest.mark.parametrize("size", [0, 100, 700, 1500])
def test_a_file_that_was_cut_off_is_refused(backup: Path, size: int) -> None:
    backup.write_bytes(backup.read_bytes()[:size])
    with pytest.raises(Spoilt):
        archive.verified(backup)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"format": 2, "parts": []}', b"\xff"])
def test_a_manifest_that_cannot_be_read_is_refused(backup: Path, text: bytes) -> None:
    rewrite(backup, {MANIFEST: text})
    with pytest.raises(Spoilt):
        archive.verified(backup)


@pytest.mark.parametrize("name", ["../escape", "evidence/../../escape", "/etc/escape"])
def test_a_name_that_leaves_its_folder_is_refused(backup: Path, name: str) -> None:
    rewrite(backup, {name: b"x"})
    with pytest.raises(Spoilt, match="no part of a backup"):
        archive.verified(backup)


def test_a_link_is_refused(backup: Path) -> None:
    with tarfile.open(backup, "a") as tar:
        link = tarfile.TarInfo("evidence/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(Spoilt, match="no part of a backup"):
        archive.verified(backup)


def test_a_backup_that_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    def write_and_stumble() -> None:
        with archive.writing(tmp_path / "backup", {}) as writer:
            writer.add("x", tmp_path)
            raise Spoilt

    with pytest.raises(Spoilt):
        write_and_stumble()
    assert list(tmp_path.iterdir()) == []


def test_a_whole_backup_comes_back_as_it_was(backup: Path, source: Path, tmp_path: Path) -> None:
    manifest = archive.verified(backup)
    assert [(part.name, part.files, part.bytes) for part in manifest.parts] == [
        ("evidence", 2, 7),
        ("nothing", 0, 0),
    ]
    target = tmp_path / "restored"
    assert archive.extract(backup, "evidence", target.joinpath) == 2
    names = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    assert all((target / name).read_bytes() == (source / name).read_bytes() for name in names)


def test_only_the_asked_part_is_extracted(backup: Path, tmp_path: Path) -> None:
    assert archive.extract(backup, "nothing", tmp_path.joinpath) == 0
    nowhere: dict[PurePosixPath, Path] = {}
    assert archive.extract(backup, "evidence", nowhere.get) == 0


def test_only_the_owner_may_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0


def test_the_manifest_survives_writing_and_reading() -> None:
    manifest = Manifest({"postgresql": "17"}, [])
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert json.loads(manifest.to_json())["format"] == archive.FORMAT
