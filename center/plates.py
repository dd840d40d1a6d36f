"""Number plates (号牌) are personal data: who sees them, and what others see in their place."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from center.audit.folding import Folding
from center.audit.service import audit_alone
from center.audit.settings import AuditSettings
from center.errors import Forbidden
from center.identity.caller import Caller
from center.settings import settings

PERMISSION = "plates:read"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# GA 36: ordinary plates have five signs after the letter, those of new energy six; no I and no O.
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-HJ-NP-Z]([A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})"
)
HIDDEN = "***"

Plate = Annotated[
    str,
    Field(
        description="Empty where unreadable; masked for who may not see plates.",
        examples=["湘D12345"],
    ),
]


class PlatesWithheld(Forbidden):
    """Number plates are personal data: your roles do not permit to see or search them."""


def is_plate(text: str) -> bool:
    """Whether it has the form of a plate of the mainland; sites also send what is none."""
    return _PLATE.fullmatch(text) is not None


def masked(plate: str) -> str:
    """`湘D·1**45`: enough to tell two vehicles of a list apart, too little to name one.

    Empty (unreadable) stays empty; of what is no plate nothing is shown, since it may be anything.
    """
    if not is_plate(plate):
        return HIDDEN if plate else ""
    return f"{plate[:2]}·{plate[2]}{'*' * (len(plate) - 5)}{plate[-2:]}"


def shown_to(caller: Caller) -> Callable[[str], str]:
    """How plates look to the caller."""
    return _as_it_is if caller.may(PERMISSION) else masked


def tell_reveal(
    caller: Caller,
    object_type: str,
    object_id: object = "",
    shown: Mapping[str, Any] | None = None,
    **asked: Any,
) -> None:
    """Audits that plates were shown: `shown` tells which. The same asked again within
    `audit_fold_seconds` is one entry: a panel that polls must not bury the rest.

    Call it before the answer is given; without an entry there is no answer.
    """
    key = (caller.user_id, object_type, str(object_id), repr(sorted(asked.items())))
    folded = reveals().take(key)
    if folded is not None:
        detail = asked | dict(shown or {}) | ({"folded": folded} if folded else {})
        audit_alone(caller, "plate.reveal", object_type, object_id, "ok", **detail)


def tell_search(caller: Caller, object_type: str, plate: str, **asked: Any) -> None:
    """Audits a search by plate, each one.

    Raises:
        PlatesWithheld: the caller may not; that is audited too.
    """
    may = caller.may(PERMISSION)
    detail = asked | ({"plate": plate} if may else {})
    audit_alone(caller, "plate.search", object_type, "", "ok" if may else "refused", **detail)
    if not may:
        raise PlatesWithheld


def check_sight(caller: Caller, object_type: str, object_id: object, *, each: bool = True) -> None:
    """For a thing on which plates can be read, such as a picture. Without `each` looks at several
    of a kind within `audit_fold_seconds` are one entry.

    Raises:
        PlatesWithheld: the caller may not see them; that is audited.
    """
    if caller.may(PERMISSION):
        tell_reveal(caller, object_type, object_id if each else "")
        return
    folded = reveals().take((caller.user_id, object_type, "refused"))
    if folded is not None:
        audit_alone(caller, "plate.reveal", object_type, object_id, "refused")
    raise PlatesWithheld


def _as_it_is(plate: str) -> str:
    return plate


@cache
def reveals() -> Folding:
    """Those of this process."""
    return Folding(settings(AuditSettings).audit_fold_seconds)
