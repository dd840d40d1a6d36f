"""The last messages of a device: facts of all its streams and dead letters, as one list."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from center.clock import now
from center.identity.caller import Caller
from center.pages import Page, PageParameters, cut
from center.plates import PERMISSION, shown_to, tell_reveal
from center.settings import IngestSettings, settings
from ingest import wire
from ingest.deadletters.reasons import named
from ingest.devices.place import Point
from ingest.messages import repository
from ingest.messages.arrival import arrival
from ingest.messages.order import Entry, Mark, beginning, in_order, stretch
from ingest.messages.repository import Fact, Row
from ingest.messages.schemas import (
    MessageEvent,
    MessageRead,
    MessageRefusal,
    MessageValue,
    MessageVehicle,
)
from ingest.series.schemas import Motion
from ingest.series.service import Source

LETTERS = "dead_letters:read"
_PLACE = ("time", "boot", "seq")  # names a message of a device once


def messages(
    session: Session, caller: Caller, device: Source, page: PageParameters
) -> Page[MessageRead]:
    """One page, the newest first by the device's time; dead letters, whose time counts for
    nothing, by when they came. A page looks 15 days back at most: it may hold fewer than asked for,
    or nothing, and still tell where to read on."""
    known, config = repository.reach(session, device.number), settings(IngestSettings)
    oldest = max(
        known.created_at - timedelta(seconds=config.ingest_accept_past_seconds),
        now() - timedelta(days=config.raw_retention_days + 1),
    )
    ahead = timedelta(seconds=config.ingest_accept_future_seconds)
    key = page.key(datetime, int, int, int)
    mark = beginning(known.last_seen, ahead, oldest) if key is None else Mark(*key)
    asked, limit = stretch(mark, oldest), page.limit + 1
    facts = [
        (stream, fact)
        for stream in wire.STREAMS[known.kind]
        for fact in repository.facts(session, stream, device.number, asked, limit)
    ]
    facts.sort(key=lambda said: tuple(said[1][name] for name in _PLACE), reverse=True)
    stored = _stored(session, device, facts[:limit], shown_to(caller))
    _tell(caller, device, stored)
    refused = []
    if caller.may(LETTERS):
        found = repository.letters(session, caller, device.device_id, mark.letter, limit)
        refused = [_refused(row) for row in found]
    items = list(in_order(stored, refused, asked))
    last = items[-1][1] if items else mark
    return cut(items, page, beyond=asked.below(last.letter))


def _tell(caller: Caller, device: Source, stored: list[Entry]) -> None:
    vehicles = [entry.message.vehicle for entry in stored if entry.message.vehicle is not None]
    if caller.may(PERMISSION) and any(vehicle.plate for vehicle in vehicles):
        shown = {"since": stored[-1].at.isoformat(), "upto": stored[0].at.isoformat()}
        tell_reveal(caller, "device", device.device_id, shown)


def _stored(
    session: Session, device: Source, facts: list[tuple[str, Fact]], show: Callable[[str], str]
) -> list[Entry]:
    past = repository.past(session, device.number, [fact for _, fact in facts])
    return [
        Entry(
            fact["time"],
            MessageRead(
                stream=stream,
                **{name: fact[name] for name in (*_PLACE, "received_at")},
                arrival=arrival(past, fact["received_at"], *(fact[name] for name in _PLACE)),
                **_CONTENTS[stream](_seen(fact, show), device),
            ),
            {name: fact[name] for name in _PLACE},
        )
        for stream, fact in facts
    ]


def _seen(fact: Fact, show: Callable[[str], str]) -> Fact:
    return fact | {"plate": show(fact["plate"])} if "plate" in fact else fact


def _refused(row: Row) -> Entry:
    reason = named(row.reason)
    refusal = MessageRefusal(
        letter=row.id,
        reason=row.reason,
        reason_name_zh=reason.zh,
        reason_name_en=reason.en,
        detail=row.detail,
        whole=row.whole,
        state=row.state,
        repeats=row.repeats,
    )
    message = MessageRead(
        stream=row.stream,
        time=None,
        received_at=row.first_received_at,
        boot=row.boot,
        seq=row.seq,
        refusal=refusal,
    )
    return Entry(row.first_received_at, message, {"letter": row.id})


def _values(fact: Fact, device: Source) -> dict[str, Any]:
    measured = zip(device.quantities, device.units, fact["values"], strict=False)  # models grow
    return {
        "values": [
            MessageValue(quantity=quantity, unit=unit, value=value)
            for quantity, unit, value in measured
            if value is not None
        ]
    }


def _position(fact: Fact, _: Source) -> dict[str, Any]:
    place = Point(coordinates=(fact["lon"], fact["lat"]))
    return {"position": Motion(place=place, **fact)}


def _vehicle(fact: Fact, _: Source) -> dict[str, Any]:
    return {"vehicle": MessageVehicle(**fact)}


def _event(fact: Fact, _: Source) -> dict[str, Any]:
    return {"event": MessageEvent(**fact)}


_CONTENTS: dict[str, Callable[[Fact, Source], dict[str, Any]]] = {
    "readings": _values,
    "position": _position,
    "pass": _vehicle,
    "violation": _vehicle,
    "event": _event,
}
