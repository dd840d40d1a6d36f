"""OGC API - Features over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from center.identity.caller import Caller
from center.identity.guard import permits
from center.problems import told
from center.requests import PREFIX, Reads
from center.routing import Router
from gis.features import repository, service
from gis.features.collections import find
from gis.features.parameters import Asked, BadParameter, asked, nothing_else
from gis.features.schemas import (
    GEOJSON,
    MANY,
    ONE,
    CollectionList,
    CollectionRead,
    Conformance,
    Landing,
)

router = Router(prefix="/ogc", tags=["ogc"], responses=told(BadParameter))

Reader = Annotated[Caller, permits("gis:read")]
CollectionId = Annotated[str, Path(max_length=40, examples=["districts"])]
FeatureId = Annotated[str, Path(max_length=40, examples=["430405"])]
PLAIN = [Depends(nothing_else)]


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _root(request: Request) -> str:
    return f"{_site(request)}{PREFIX}/ogc"


@router.get("", dependencies=PLAIN)
def read_landing(caller: Reader, request: Request) -> Landing:
    """Where a client begins."""
    return service.landing(_root(request), _site(request))


@router.get("/conformance", dependencies=PLAIN)
def read_conformance(caller: Reader) -> Conformance:
    """Which parts of the standard are kept."""
    return service.conformance()


@router.get("/collections", dependencies=PLAIN)
def list_collections(caller: Reader, session: Reads, request: Request) -> CollectionList:
    """The public layers."""
    return service.collections(_root(request), repository.extent(session))


@router.get("/collections/{collection}", dependencies=PLAIN)
def read_collection(
    caller: Reader, session: Reads, request: Request, collection: CollectionId
) -> CollectionRead:
    """One public layer."""
    return service.collection(_root(request), find(collection), repository.extent(session))


@router.get("/collections/{collection}/items", response_class=Response, responses={200: MANY})
def list_features(
    caller: Reader,
    session: Reads,
    request: Request,
    collection: CollectionId,
    which: Annotated[Asked, Depends(asked)],
) -> Response:
    """Features by id; components only inside your divisions. Follow `next` for more."""
    of = find(collection)
    found = repository.page(session, caller, of, which)
    text = service.features(_root(request), of, which, found)
    return Response(text, media_type=GEOJSON)


@router.get(
    "/collections/{collection}/items/{feature}",
    response_class=Response,
    responses={200: ONE},
    dependencies=PLAIN,
)
def read_feature(
    caller: Reader, session: Reads, request: Request, collection: CollectionId, feature: FeatureId
) -> Response:
    """One feature."""
    of = find(collection)
    text = service.feature(_root(request), of, repository.one(session, caller, of, feature))
    return Response(text, media_type=GEOJSON)
