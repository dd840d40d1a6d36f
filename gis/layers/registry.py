"""The registry itself: one row per layer, with its legend."""

from dataclasses import dataclass
from typing import Literal

Geometry = Literal["polygon", "line", "point"]

# Tile sets: layers that come in one tile, from one address.
BASE, COMPONENTS, DEVICES = "base", "components", "devices"
MAX_ZOOM = 20


@dataclass(frozen=True)
class LegendItem:
    """One line of a legend; `key` is the value, or the count in a cluster, that it explains."""

    key: str
    name_zh: str
    name_en: str
    color: str


@dataclass(frozen=True)
class Layer:
    """What can be switched on and off. `source` is the table whose changes it shows.

    `public`: offered as a collection of OGC API - Features, too.
    """

    key: str
    name_zh: str
    name_en: str
    geometry: Geometry
    min_zoom: int
    max_zoom: int
    tile_set: str
    source: str
    legend: tuple[LegendItem, ...]
    permission: str = "gis:read"
    public: bool = False


def _one(key: str, name_zh: str, name_en: str, color: str) -> tuple[LegendItem, ...]:
    return (LegendItem(key, name_zh, name_en, color),)


ROAD_CLASSES = (
    LegendItem("expressway", "快速路", "Expressway", "#d9822b"),
    LegendItem("main", "主干路", "Main road", "#e0b04c"),
    LegendItem("secondary", "次干路", "Secondary road", "#b9bec6"),
    LegendItem("branch", "支路", "Branch road", "#d8dbe0"),
)

# The two digits that a component's class begins with (docs/decisions/0032).
COMPONENT_CLASSES = (
    LegendItem("01", "公用设施", "Public utilities", "#3f7fbf"),
    LegendItem("02", "道路交通", "Roads and traffic", "#c9762b"),
    LegendItem("03", "市容环境", "City appearance", "#6b8e23"),
    LegendItem("04", "园林绿化", "Parks and trees", "#2e8b57"),
    LegendItem("05", "房屋土地", "Buildings and land", "#8b6f9c"),
    LegendItem("06", "其他设施", "Other facilities", "#8a8f98"),
    LegendItem("21", "扩展部件", "The city's own", "#b5566b"),
)

DEVICE_KINDS = (
    LegendItem("sensor", "传感器", "Sensor", "#2f8f9d"),
    LegendItem("camera", "摄像机", "Camera", "#5b6ee1"),
    LegendItem("epolice", "电子警察", "E-police", "#b5566b"),
    LegendItem("signal", "信号机", "Traffic signal", "#c9762b"),
)

# In the order in which a map draws them, the lowest first.
LAYERS = (
    Layer("waters", "水系", "Waters", "polygon", 8, MAX_ZOOM, BASE, "waters",
          _one("water", "水面", "Water", "#9cc3dd")),
    Layer("districts", "区县", "Districts", "polygon", 0, MAX_ZOOM, BASE, "divisions",
          _one("district", "区县界", "District border", "#7a8699"), public=True),
    Layer("streets", "街道", "Streets (subdistricts)", "polygon", 10, MAX_ZOOM, BASE, "divisions",
          _one("street", "街道界", "Subdistrict border", "#98a2b3"), public=True),
    Layer("communities", "社区", "Communities", "polygon", 13, MAX_ZOOM, BASE, "divisions",
          _one("community", "社区界", "Community border", "#b3bbc8"), public=True),
    Layer("grids", "单元网格", "Unit grids", "polygon", 15, MAX_ZOOM, BASE, "unit_grids",
          _one("grid", "单元网格", "Unit grid", "#c8ced8"), public=True),
    Layer("roads", "道路", "Roads", "line", 7, MAX_ZOOM, BASE, "roads", ROAD_CLASSES, public=True),
    Layer("labels", "地名", "Names", "point", 0, MAX_ZOOM, BASE, "divisions",
          _one("label", "区划名称", "Name of a division", "#344054")),
    Layer("components", "城市部件", "City components", "point", 0, MAX_ZOOM, COMPONENTS,
          "components", COMPONENT_CLASSES, public=True),
    Layer("devices", "感知设备", "Devices", "point", 0, MAX_ZOOM, DEVICES, "devices",
          DEVICE_KINDS, permission="devices:read"),
)  # fmt: skip

TILE_SETS = tuple(dict.fromkeys(layer.tile_set for layer in LAYERS))


def layers_of(tile_set: str) -> tuple[Layer, ...]:
    """The layers of a tile set, in the order of drawing; none where there is no such set."""
    return tuple(layer for layer in LAYERS if layer.tile_set == tile_set)
