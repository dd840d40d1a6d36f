"""What kinds of content are kept, known by their first bytes and never by what a sender says."""

from dataclasses import dataclass

from center.errors import HengyangError

HEAD_BYTES = 16  # enough for every signature below


class UnsupportedContent(HengyangError):
    """Only pictures (JPEG, PNG, WebP, HEIF), video (MP4) and PDF documents are kept."""

    status = 415


@dataclass(frozen=True, slots=True)
class Signature:
    """`magic` at `offset`, and for containers `brand` at byte 8, mean `content_type`."""

    content_type: str
    offset: int
    magic: bytes
    brand: bytes = b""


# The first that fits wins; HEIF and MP4 share the container of ISO/IEC 14496-12.
SIGNATURES = (
    Signature("image/jpeg", 0, b"\xff\xd8\xff"),
    Signature("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    Signature("image/webp", 0, b"RIFF", brand=b"WEBP"),
    Signature("image/heif", 4, b"ftyp", brand=b"heic"),
    Signature("image/heif", 4, b"ftyp", brand=b"mif1"),
    Signature("video/mp4", 4, b"ftyp"),
    Signature("application/pdf", 0, b"%PDF-"),
)


def sniff(head: bytes) -> str:
    """The content type of a file that begins with `head`.

    Raises:
        UnsupportedContent: it is none of those we keep.
    """
    for signature in SIGNATURES:
        if head.startswith(signature.magic, signature.offset) and head.startswith(
            signature.brand, 8
        ):
            return signature.content_type
    raise UnsupportedContent
