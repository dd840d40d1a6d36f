"""What is taken in as evidence: bounded, of known kinds, and exactly what its hash says."""

import hashlib

import pytest

from center.errors import TooLarge
from center.evidence.content import UnsupportedContent, sniff
from center.evidence.receiving import MEMORY_BYTES, Receiver, WrongDigest

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
REFUSED = {
    "nothing": b"",
    "text": b"GIF89a is not kept",
    "page": b"<html><script>alert(1)</script></html>",
    "drawing that may hold a script": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "program": b"MZ" + bytes(64),
    "sound in the container of WebP": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "half a signature": b"\xff\xd8",
}
KEPT = {
    "image/jpeg": JPEG,
    "image/png": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "image/heif": b"\x00\x00\x00\x18ftypheic\x00\x00",
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00",
    "application/pdf": b"%PDF-1.7 ",
}


def receive(content: bytes, *, digest: str | None = None, limit: int = 10**6, step: int = 7):
    receiver = Receiver(digest or hashlib.sha256(content).hexdigest(), limit)
    try:
        for start in range(0, len(content), step):
            receiver.take(content[start : start + step])
        receiver.finish()
        return receiver.content_type, receiver.size, receiver.file.read()
    finally:
        receiver.close()


@pytest.mark.parametrize("name", REFUSED)
def test_other_kinds_are_refused(name: str) -> None:
    with pytest.raises(UnsupportedContent):
        receive(REFUSED[name])


def test_another_content_than_the_hash_says_is_refused() -> None:
    with pytest.raises(WrongDigest):
        receive(JPEG, digest="0" * 64)


def test_a_byte_too_many_is_refused_when_it_arrives() -> None:
    assert receive(JPEG, limit=len(JPEG))[1] == len(JPEG)
    with pytest.raises(TooLarge):
        receive(JPEG, limit=len(JPEG) - 1)


def test_a_length_announced_beyond_the_limit_is_refused_before_a_byte_is_taken() -> None:
    receiver = Receiver("0" * 64, 1000)
    with pytest.raises(TooLarge):
        receiver.announced(1001)
    receiver.announced(1000)
    receiver.announced(None)
    receiver.close()


@pytest.mark.parametrize("content_type", KEPT)
def test_a_kind_is_known_by_its_first_bytes(content_type: str) -> None:
    assert sniff(KEPT[content_type]) == content_type


@pytest.mark.parametrize("step", [1, 3, 16, 10**6])
def test_content_is_the_same_however_it_is_cut(step: int) -> None:
    content = JPEG + bytes(range(256)) * 10
    assert receive(content, step=step) == ("image/jpeg", len(content), content)


def test_large_content_leaves_memory() -> None:
    content = JPEG + bytes(2 * MEMORY_BYTES)
    assert receive(content, limit=10**7, step=65536)[2] == content
