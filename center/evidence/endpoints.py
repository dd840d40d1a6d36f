"""GET /evidence/{sha256}: what was kept, to those who may see it."""

from typing import Annotated

from fastapi import Header, Path, Response
from fastapi.responses import StreamingResponse

from center.evidence import service
from center.evidence.models import Evidence
from center.evidence.store import store
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


@router.get("/{sha256}", response_class=StreamingResponse, responses={200: CONTENT, 304: {}})
def read_evidence(
    sha256: Sha256,
    caller: Annotated[Caller, permits("evidence:read")],
    session: Reads,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """The picture, video or document of this hash, if it lies in the caller's divisions."""
    found = service.find(session, caller, sha256)
    names = _headers(sha256, found)
    if if_none_match is not None and names["ETag"] in if_none_match:
        return Response(status_code=304, headers=names)
    return StreamingResponse(
        store().get(sha256),
        media_type=found.content_type,
        headers=names | {"Content-Length": str(found.size)},
    )


def _headers(sha256: str, found: Evidence) -> dict[str, str]:
    """Content never changes under its hash; it is nobody's script, whatever it holds."""
    kind = (found.content_type or "").rpartition("/")[2]
    return {
        "ETag": f'"{sha256}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'inline; filename="{sha256[:16]}.{kind}"',
    }
