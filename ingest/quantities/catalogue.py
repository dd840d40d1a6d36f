"""The standard quantities, read from `quantities.toml` beside this file."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class QuantityRow:
    """One standard quantity; `unit` is a UCUM code, the range is inclusive in that unit."""

    key: str
    unit: str
    name_zh: str
    name_en: str
    plausible_min: float
    plausible_max: float
    decimals: int


def _row(key: str, fields: dict[str, Any]) -> QuantityRow:
    low, high = fields.pop("plausible")
    return QuantityRow(key=key, plausible_min=low, plausible_max=high, **fields)


def _read() -> tuple[QuantityRow, ...]:
    text = resources.files("ingest.quantities").joinpath("quantities.toml").read_text("utf-8")
    return tuple(_row(key, fields) for key, fields in tomllib.loads(text).items())


QUANTITIES: tuple[QuantityRow, ...] = _read()
