"""The registry of layers holds together."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

from gis.features.collections import COLLECTIONS
from gis.layers.registry import LAYERS, MAX_ZOOM, TILE_SETS
from gis.tiles.service import SETS
from gis.tiles.shapes import RANGES, SOURCES


def test_every_layer_has_a_key_of_its_own_and_zooms_in_order() -> None:
    assert len({layer.key for layer in LAYERS}) == len(LAYERS)
    for layer in LAYERS:
        assert 0 <= layer.min_zoom <= layer.max_zoom <= MAX_ZOOM
        assert layer.legend
        assert all(re.fullmatch("#[0-9a-f]{6}", item.color) for item in layer.legend)


def test_every_tile_set_can_be_made() -> None:
    assert set(TILE_SETS) == set(SETS)


def test_every_layer_of_the_base_map_is_made_of_its_source() -> None:
    for layer in LAYERS:
        if layer.tile_set == "base" and layer.key != "grids":  # drawn as they are
            assert layer.key in SOURCES[layer.source]


def test_every_public_layer_is_a_collection_and_no_other() -> None:
    assert set(COLLECTIONS) == {layer.key for layer in LAYERS if layer.public}


def test_permissions_of_layers_are_known() -> None:
    known = tomllib.loads(Path("center/identity/permissions.toml").read_text("utf-8"))
    assert {layer.permission for layer in LAYERS} <= known.keys()


def test_ranges_of_zooms_leave_no_zoom_out() -> None:
    assert RANGES[0][0] == 0
    assert RANGES[-1][1] >= MAX_ZOOM
    for (_, last), (first, _) in pairwise(RANGES):
        assert first == last + 1
