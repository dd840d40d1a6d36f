"""The standard quantities, read from `quantities.toml` beside this file."""

import tomllib
from dataclasses import dataclass
from importlib import resources


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


def _row(
    key: str, unit: str, name_zh: str, name_en: str, plausible: list[float], decimals: int
) -> QuantityRow:
    low, high = plausible
    return QuantityRow(key, unit, name_zh, name_en, low, high, decimals)


def _read() -> tuple[QuantityRow, ...]:
    text = resources.files("ingest.quantities").joinpath("quantities.toml").read_text("utf-8")
    return tuple(_row(key, **fields) for key, fields in tomllib.loads(text).items())


QUANTITIES: tuple[QuantityRow, ...] = _read()
