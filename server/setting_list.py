"""All settings of the program as a document."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from center.settings import CHECKOUT, Settings

# Modules that hold settings; a law test finds one that is missing here.
MODULES = (
    "center.settings",
    "center.identity.settings",
    "center.audit.settings",
    "center.alarms.settings",
    "cityops.settings",
    "gis.settings",
    "gis.tiles.settings",
    "traffic.counts.settings",
    "video.settings",
    "server.settings",
    "server.live.settings",
)
HEAD = """# Settings

Read from the environment, then from `var/stack/stack.env` of the local stack. Made by
`hengyang settings > docs/settings.md`; a test keeps it so.
"""


def classes() -> Iterator[type[Settings]]:
    """Every settings class, in the order of the modules."""
    for module in MODULES:
        for found in vars(import_module(module)).values():
            is_kind = isinstance(found, type) and issubclass(found, Settings)
            if is_kind and found is not Settings and found.__module__ == module:
                yield found


def markdown() -> str:
    """A table per class: variable, default, bounds, what it is."""
    parts = [HEAD]
    for kind in classes():
        parts.append(f"\n## {kind.__name__}\n\n{(kind.__doc__ or '').splitlines()[0]}\n\n")
        parts.append("| variable | default | bounds | what |\n|---|---|---|---|\n")
        for name, field in kind.model_fields.items():
            words = (_default(field), _bounds(field), field.description or "")
            parts.append(f"| `HENGYANG_{name.upper()}` | {' | '.join(words)} |\n")
    return "".join(parts)


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if field.default is None:
        return ""
    return f"`{str(field.default).removeprefix(f'{CHECKOUT}/')}`"


def _bounds(field: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "length ≥"}
    found: list[str] = []
    for constraint in field.metadata:
        for name, sign in signs.items():
            value: Any = getattr(constraint, name, None)
            if value is not None:
                found.append(f"{sign} {value}")
    return ", ".join(found)
