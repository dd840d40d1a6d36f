"""The documents with their links."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from center.clock import now
from gis.features.collections import COLLECTIONS, Collection
from gis.features.parameters import Asked, Box
from gis.features.schemas import (
    CORE,
    GEOJSON,
    GEOJSON_CLASS,
    CollectionList,
    CollectionRead,
    Conformance,
    Extent,
    Landing,
    Link,
    SpatialExtent,
)

JSON = "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"


def landing(root: str, site: str) -> Landing:
    """`root` is the address of this API, `site` that of the server; neither ends with a slash."""
    return Landing(
        title="数字衡阳 Digital Hengyang",
        description="The public layers of the city's map as features (WGS-84, longitude first).",
        links=[
            _link(root, "self", "This document"),
            _link(f"{root}/conformance", "conformance", "Which parts of the standard are kept"),
            _link(f"{root}/collections", "data", "The collections"),
            _link(f"{site}/api/openapi.json", "service-desc", "Definition of the API", OPENAPI),
        ],
    )


def conformance() -> Conformance:
    """Core and GeoJSON. (The class oas30 asks for OpenAPI 3.0; ours is 3.1.)"""
    return Conformance(conforms_to=[CORE, GEOJSON_CLASS])


def collections(root: str, extent: Box | None) -> CollectionList:
    """All of them."""
    return CollectionList(
        links=[_link(f"{root}/collections", "self", "This document")],
        collections=[collection(root, one, extent) for one in COLLECTIONS.values()],
    )


def collection(root: str, of: Collection, extent: Box | None) -> CollectionRead:
    """One of them."""
    here = f"{root}/collections/{of.key}"
    return CollectionRead(
        id=of.key,
        title=of.title,
        description=of.description,
        links=[
            _link(here, "self", "This document"),
            _link(f"{here}/items", "items", "The features", GEOJSON),
        ],
        extent=None if extent is None else Extent(spatial=SpatialExtent(bbox=[extent])),
    )


def features(root: str, of: Collection, asked: Asked, found: Sequence[str]) -> str:
    """A GeoJSON feature collection; `found` has one feature more than asked for if there are more.

    Features come as text from the database and stay text: nothing of them is read here.
    """
    shown = found[: asked.limit]
    here = f"{root}/collections/{of.key}"
    links = [
        _link(_items(here, asked, asked.offset), "self", "This document", GEOJSON),
        _link(here, "collection", "The collection"),
    ]
    if len(found) > asked.limit:
        links.append(
            _link(_items(here, asked, asked.offset + asked.limit), "next", "More", GEOJSON)
        )
    rest = {
        "links": [link.model_dump() for link in links],
        "timeStamp": now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberReturned": len(shown),
    }
    tail = json.dumps(rest, ensure_ascii=False)[1:]
    return f'{{"type": "FeatureCollection", "features": [{", ".join(shown)}], {tail}'


def feature(root: str, of: Collection, text: str) -> str:
    """One GeoJSON feature with its links."""
    here = f"{root}/collections/{of.key}"
    number = json.loads(text)["id"]
    links = [
        _link(f"{here}/items/{number}", "self", "This document", GEOJSON),
        _link(here, "collection", "The collection"),
    ]
    tail = json.dumps({"links": [link.model_dump() for link in links]}, ensure_ascii=False)[1:]
    return f"{text.rstrip().removesuffix('}')}, {tail}"


def _items(here: str, asked: Asked, offset: int) -> str:
    query: dict[str, object] = {"limit": asked.limit}
    if offset:
        query["offset"] = offset
    if asked.bbox is not None:
        query["bbox"] = ",".join(repr(number) for number in asked.bbox)
    return f"{here}/items?{urlencode(query, safe=',')}"


def _link(href: str, rel: str, title: str, kind: str = JSON) -> Link:
    return Link(href=href, rel=rel, type=kind, title=title)
