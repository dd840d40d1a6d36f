"""Lists of passes and violations: scope, plates, pictures, what is told of a look."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from center import plates
from center.clock import SHANGHAI
from center.identity.caller import Caller
from center.pages import PageParameters, cut
from ingest.series.buckets import Window, bounded
from traffic.codes import service as codes
from traffic.records import sites
from traffic.records.filters import Filters
from traffic.records.looking import Look, Mark, Question, look
from traffic.records.pictures import pictures
from traffic.records.schemas import Looked, RecordRead, ViolationRead
from traffic.records.streams import PASSES, VIOLATIONS, Stream
from traffic.sites.repository import lanes_of
from traffic.sites.schemas import LaneRead

LONGEST = timedelta(days=31)
T = TypeVar("T", bound=RecordRead)
Record = dict[str, Any]


def passes(
    session: Session, caller: Caller, asked: Window, filters: Filters, page: PageParameters
) -> Looked[RecordRead]:
    """Passes in the caller's divisions, the newest first.

    Raises:
        WindowInvalid, WindowTooLong
        PlatesWithheld: a plate is asked for by who may not see plates.
    """
    question, found = _look(session, caller, PASSES, asked, filters, page)
    items = [RecordRead(**common) for common in _common(session, caller, question, found)]
    return _page(items, question, found, page)


def violations(
    session: Session, caller: Caller, asked: Window, filters: Filters, page: PageParameters
) -> Looked[ViolationRead]:
    """Violations in the caller's divisions, the newest first, each with the name of its code.

    Raises:
        WindowInvalid, WindowTooLong, PlatesWithheld
    """
    question, found = _look(session, caller, VIOLATIONS, asked, filters, page)
    names = codes.meanings(session, (record["code"] for record in found.records))
    items = []
    for record, common in zip(
        found.records, _common(session, caller, question, found), strict=True
    ):
        day = record["time"].astimezone(SHANGHAI).date()
        name = codes.meaning(names, record["code"], day)
        items.append(
            ViolationRead(
                **common,
                code=record["code"],
                code_name_zh=None if name is None else name.name_zh,
                code_name_en=None if name is None else name.name_en,
                limit_mps=record["limit_mps"],
            )
        )
    return _page(items, question, found, page)


def _look(
    session: Session,
    caller: Caller,
    stream: Stream,
    asked: Window,
    filters: Filters,
    page: PageParameters,
) -> tuple[Question, Look]:
    span = bounded(asked.start, asked.end, LONGEST)
    key = page.key(datetime, int, int, int)
    told = filters.given | {"from": span.start.isoformat(), "to": span.end.isoformat()}
    searched = filters.plate or filters.plate_part
    if searched is not None:
        plates.tell_search(caller, stream.name, searched, **_without_plate(told))
    mark = None if key is None else Mark(*key)
    seen = sites.seen(session, caller, filters)
    question = Question(stream, seen, span, filters, mark, page.limit + 1)
    found = look(session, question)
    if caller.may(plates.PERMISSION) and any(record["plate"] for record in found.records):
        # By the filters alone, not by the times: a page that polls moves its window on.
        plates.tell_reveal(
            caller, stream.name, "", _shown(found), after=page.after, **filters.given
        )
    return question, found


def _without_plate(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in ("plate", "plate_part")}


def _shown(found: Look) -> dict[str, Any]:
    times = [record["time"].isoformat() for record in found.records]
    return {"since": times[-1], "upto": times[0], "records": len(times)}


def _common(session: Session, caller: Caller, question: Question, found: Look) -> Sequence[Record]:
    """What both kinds of records have."""
    show = plates.shown_to(caller)
    named = pictures(session, caller, (p for r in found.records for p in r["evidence"]))
    registered = lanes_of(session, {record["device"] for record in found.records})
    lanes = {(device, lane.lane): lane for device, some in registered.items() for lane in some}
    return [_one(record, question, show, named, lanes) for record in found.records]


def _one(
    record: Record,
    question: Question,
    show: Callable[[str], str],
    named: Any,
    lanes: Mapping[tuple[int, int], LaneRead],
) -> Record:
    site = question.seen.by_number[record["device"]]
    lane = lanes.get((record["device"], record["lane"]))
    same = ("time", "received_at", "lane", "plate_colour", "vehicle_class", "speed_mps")
    return {
        "id": f"{site.device_id}.{record['boot']}.{record['seq']}",
        "device_id": site.device_id,
        "site_name": site.name,
        "division": site.division_code,
        "crossing": site.crossing,
        "direction": site.direction,
        "approach": lane and lane.approach,
        "approach_lane": lane and lane.approach_lane,
        "plate": show(record["plate"]),
        "plate_form": plates.is_plate(record["plate"]),
        "pictures": [named[sha256] for sha256 in record["evidence"]],
        **{name: record[name] for name in same},
    }


def _page(items: list[T], question: Question, found: Look, page: PageParameters) -> Looked[T]:
    keys = [
        tuple(record[name] for name in ("time", "device", "boot", "seq"))
        for record in found.records
    ]
    whole = found.floor <= question.span.start
    beyond = None if whole else (found.floor, -1, -1, -1)
    made = cut(list(zip(items, keys, strict=True)), page, beyond=beyond)
    until = made.items[-1].time if len(items) > page.limit else found.floor
    return Looked(items=made.items, next=made.next, looked_until=until)


def as_csv(page: Looked[Any]) -> str:
    """The records as a table for a spreadsheet, with times of Hengyang."""
    columns = (
        "time", "device_id", "site_name", "crossing", "direction", "approach", "approach_lane",
        "lane", "code", "code_name_zh", "plate", "plate_colour", "vehicle_class", "speed_mps",
        "limit_mps",
    )  # fmt: skip
    rows = [item.model_dump(exclude={"pictures"}) for item in page.items]
    named = [name for name in columns if not rows or name in rows[0]]
    table = io.StringIO()
    table.write("\ufeff")  # without it Excel takes UTF-8 for the system's own code
    lines = csv.writer(table)
    lines.writerow([*named, "pictures"])
    for row, item in zip(rows, page.items, strict=True):
        lines.writerow([*(_cell(row[name]) for name in named), len(item.pictures)])
    return table.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    # What devices send may begin like a formula, which a spreadsheet would compute.
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
