"""Plain device models, read from `device_models.toml` beside this file."""

import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class ModelRow:
    """One standard model; the order of `quantities` is the order of values in stored readings."""

    name: str
    kind: str
    description: str
    quantities: tuple[str, ...]
    manufacturer: str = "generic"


def _read() -> tuple[ModelRow, ...]:
    folder = resources.files("ingest.devices.catalogue")
    text = folder.joinpath("device_models.toml").read_text("utf-8")
    return tuple(
        ModelRow(name, fields["kind"], fields["description"], tuple(fields["quantities"]))
        for name, fields in tomllib.loads(text).items()
    )


DEVICE_MODELS: tuple[ModelRow, ...] = _read()
