"""What of OpenStreetMap's tags becomes what on our map: rows, no branches."""

from collections.abc import Mapping

# Ways for cars by `highway`; foot-paths, tracks and what is only planned are left out.
ROADS = {
    "motorway": "expressway",
    "motorway_link": "expressway",
    "trunk": "expressway",
    "trunk_link": "expressway",
    "primary": "main",
    "primary_link": "main",
    "secondary": "secondary",
    "secondary_link": "secondary",
    "tertiary": "secondary",
    "tertiary_link": "secondary",
    "residential": "branch",
    "unclassified": "branch",
    "living_street": "branch",
}

# (key, value) to the class of a water; the first that fits.
WATERS = {
    ("water", "river"): "river",
    ("waterway", "riverbank"): "river",
    ("water", "lake"): "lake",
    ("water", "reservoir"): "reservoir",
    ("landuse", "reservoir"): "reservoir",
    ("water", "pond"): "pond",
    ("natural", "water"): "water",
}

# (key, value) to the kind of a place; only what has a name.
PLACES = {
    ("railway", "station"): "station",
    ("amenity", "bus_station"): "station",
    ("aeroway", "aerodrome"): "airport",
    ("amenity", "hospital"): "hospital",
    ("amenity", "school"): "school",
    ("amenity", "university"): "school",
    ("amenity", "police"): "police",
    ("amenity", "fire_station"): "fire",
    ("amenity", "townhall"): "office",
    ("amenity", "marketplace"): "market",
    ("leisure", "park"): "park",
    ("tourism", "attraction"): "sight",
    ("tourism", "hotel"): "hotel",
    ("historic", "monument"): "sight",
    ("place", "city"): "seat",
    ("place", "town"): "settlement",
    ("place", "suburb"): "settlement",
    ("place", "village"): "settlement",
    ("place", "neighbourhood"): "settlement",
}


def kind_of(tags: Mapping[str, str], rows: Mapping[tuple[str, str], str]) -> str | None:
    """The first row that the tags fit."""
    return next((kind for (key, value), kind in rows.items() if tags.get(key) == value), None)


def names_of(tags: Mapping[str, str]) -> tuple[str, str]:
    """Chinese and English name; empty where there is none."""
    name = tags.get("name:zh") or tags.get("name") or ""
    return name.strip()[:200], (tags.get("name:en") or "").strip()[:200]
