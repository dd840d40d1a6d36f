"""Thumbnails: small JPEG of pictures that are kept, made when one is first asked for."""

import io
import warnings
from functools import lru_cache

from PIL import Image, ImageOps

from center.errors import Invalid
from center.evidence.store import store

SIDE_PX = 320  # of the box that it fits into
QUALITY = 70
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000  # a larger one would take too much memory; 75 MB as it is
# Of 6 to 15 KB each. In memory alone: on disk they would outlive the evidence they were made of.
KEPT = 2000


class NoThumbnail(Invalid):
    """This evidence is no picture that can be made small."""


@lru_cache(maxsize=KEPT)
def thumbnail(sha256: str) -> bytes:
    """The picture of this hash as JPEG within 320 x 320 px; content never changes under its hash.

    Raises:
        NoThumbnail: it is none, a damaged one, or has more than 25 megapixels.
        ContentGone, StoreAway
    """
    content = io.BytesIO(b"".join(store().get(sha256)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of large pictures; ours is the limit
            return _small(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoThumbnail("The picture is damaged.") from error


def _small(content: io.BytesIO) -> bytes:
    # Only the head is read by `open`: a picture that is too large costs nothing.
    with Image.open(content, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NoThumbnail(f"The picture has more than {MOST_PIXELS} pixels.")
        picture.draft("RGB", (SIDE_PX, SIDE_PX))  # JPEG: decoded at a fraction of its size
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
        made = io.BytesIO()
        upright.convert("RGB").save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
