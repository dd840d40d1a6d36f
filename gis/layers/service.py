"""The layers that a caller may see, with their revisions."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.identity.caller import Caller
from center.requests import PREFIX
from gis.layers.registry import LAYERS, Layer
from gis.layers.schemas import LayerList, LayerRead, LegendItemRead

_REVISIONS = sa.text("SELECT layer, revision FROM layer_revisions")


def revisions(session: Session) -> Mapping[str, int]:
    """How often each source of layers has changed, by table name."""
    return {row.layer: row.revision for row in session.execute(_REVISIONS)}


def list_layers(session: Session, caller: Caller) -> LayerList:
    """In the order of drawing."""
    known = revisions(session)
    return LayerList(
        items=[
            _read(layer, known[layer.source]) for layer in LAYERS if caller.may(layer.permission)
        ]
    )


def _read(layer: Layer, revision: int) -> LayerRead:
    return LayerRead(
        key=layer.key,
        name_zh=layer.name_zh,
        name_en=layer.name_en,
        geometry=layer.geometry,
        min_zoom=layer.min_zoom,
        max_zoom=layer.max_zoom,
        tiles=f"{PREFIX}/gis/tiles/{layer.tile_set}/{{z}}/{{x}}/{{y}}",
        legend=[LegendItemRead.model_validate(item) for item in layer.legend],
        revision=revision,
    )
