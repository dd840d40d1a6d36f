"""GET /evidence/{sha256}: what was kept, to those who may see it."""

from typing import Annotated

from fastapi import Header, Path, Response
from fastapi.responses import StreamingResponse

from center.evidence import service
from center.evidence.store import store
from center.evidence.thumbnails import thumbnail
from center.identity.caller import Caller
from center.identity.guard import permits
from center.requests import Reads
from center.routing import Router

router = Router(prefix="/evidence", tags=["evidence"])

Sha256 = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of the content, lower-case hex.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
CONTENT = {"description": "The content, as it came.", "content": {"application/octet-stream": {}}}
SMALL = {"description": "JPEG.", "content": {"image/jpeg": {}}}
NoneMatch = Annotated[str | None, Header(max_length=1000)]
Seer = Annotated[Caller, permits("evidence:read")]


@router.get("/{sha256}", response_class=StreamingResponse, responses={200: CONTENT, 304: {}})
def read_evidence(
    sha256: Sha256,
    caller: Seer,
    session: Reads,
    if_none_match: NoneMatch = None,
) -> Response:
    """The picture, video or document of this hash, if it lies in the caller's divisions."""
    found = service.find(session, caller, sha256)
    names = _headers(sha256, found.content_type)
    if if_none_match is not None and names["ETag"] in if_none_match:
        return Response(status_code=304, headers=names)
    return StreamingResponse(
        store().get(sha256),
        media_type=found.content_type,
        headers=names | {"Content-Length": str(found.size)},
    )


@router.get("/{sha256}/thumbnail", response_class=Response, responses={200: SMALL, 304: {}})
def read_thumbnail(
    sha256: Sha256, caller: Seer, session: Reads, if_none_match: NoneMatch = None
) -> Response:
    """The same picture within 320 x 320 px, to those who may see the picture itself."""
    service.find(session, caller, sha256, small=True)
    names = _headers(f"{sha256}-small", "image/jpeg")
    if if_none_match is not None and names["ETag"] in if_none_match:
        return Response(status_code=304, headers=names)
    return Response(thumbnail(sha256), media_type="image/jpeg", headers=names)


def _headers(name: str, content_type: str | None) -> dict[str, str]:
    """Content never changes under its hash; it is nobody's script, whatever it holds."""
    kind = (content_type or "").rpartition("/")[2]
    return {
        "ETag": f'"{name}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'inline; filename="{name[:16]}.{kind}"',
    }
