"""Commands from the centre, and what a device answers."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from ingest import wire
from simulators.device import Device
from simulators.signals import Controller
from simulators.source import Body

REMEMBERED = 64  # newest commands, against repeated deliveries
ANNOUNCED = 64  # most boots in one report
REBOOT_SECONDS = 3.0
INTERVAL_SECONDS = (0.1, 604_800.0)


class Answer(NamedTuple):
    ok: bool
    detail: str


NO_SIGNAL = Answer(False, "not a signal controller")


def hear(device: Device, payload: bytes, content_type: str, now: float, real: float) -> None:
    """Carry out one command; garbage is ignored as no answer could name it."""
    decode = msgspec.msgpack.decode if content_type == wire.MESSAGEPACK else msgspec.json.decode
    try:
        command = decode(payload, type=wire.Command)
    except msgspec.DecodeError:
        return
    # The centre asks for the same gap again under the same id, with a new deadline.
    name = (command.id, command.deadline.timestamp())
    if name in device.heard:
        return
    device.heard[name] = None
    if len(device.heard) > REMEMBERED:
        device.heard.pop(next(iter(device.heard)))
    device.witness.figures.commands += 1
    answer = _carry_out(device, command, now, real)
    device.say(_answer(command.id, answer), now, real)
    if command.name == "reboot" and answer.ok:  # after its answer, which the buffer keeps
        device.reboot(now, now + REBOOT_SECONDS)


def _carry_out(device: Device, command: wire.Command, now: float, real: float) -> Answer:
    if command.deadline.timestamp() < now:
        return Answer(False, "deadline has passed")
    act = _COMMANDS.get(command.name)
    if act is None:
        return Answer(False, f"unknown command {command.name}")
    try:
        return act(device, command.args, now, real)
    except msgspec.ValidationError as error:
        return Answer(False, str(error))


def _answer(command: str, answer: Answer) -> Body:
    fields = {"name": wire.EVENT_ANSWER, "command": command}
    return Body("event", {**fields, "ok": answer.ok, "detail": answer.detail})


def _resend(device: Device, args: dict[str, Any], _now: float, _real: float) -> Answer:
    asked = msgspec.convert(args, wire.Resend)
    found = (device.buffer.find(asked.boot, first, last) for first, last in asked.ranges)
    keys = [key for keys in found for key in keys]
    wanted = sum(max(0, last - first + 1) for first, last in asked.ranges)
    for key in keys:
        device.buffer.queue(key)
    device.witness.figures.resent += len(keys)
    return Answer(len(keys) == wanted, f"{len(keys)} of {wanted} sent again")


def _report(device: Device, _args: dict[str, Any], now: float, real: float) -> Answer:
    newest = list(device.buffer.newest().items())[-ANNOUNCED:]
    announce = [wire.Announcement(boot=boot, last=last) for boot, last in newest]
    device.say(Body("event", {"name": wire.EVENT_REPORT, "announce": announce}), now, real)
    return Answer(True, f"{len(announce)} boots announced")


class _Interval(msgspec.Struct, forbid_unknown_fields=True):
    seconds: float


def _set_interval(device: Device, args: dict[str, Any], now: float, _real: float) -> Answer:
    seconds = msgspec.convert(args, _Interval).seconds
    low, high = INTERVAL_SECONDS
    if not low <= seconds <= high:
        return Answer(False, f"interval must lie between {low:g} and {high:g} seconds")
    device.source.interval = seconds
    device.skip_to(now)
    return Answer(True, f"every {seconds:g} seconds")


def _reboot(_device: Device, _args: dict[str, Any], _now: float, _real: float) -> Answer:
    return Answer(True, "starting again")


def _message(_device: Device, _args: dict[str, Any], _now: float, _real: float) -> Answer:
    return Answer(True, "shown on the display")


def _signal_hold(device: Device, args: dict[str, Any], _now: float, _real: float) -> Answer:
    if not isinstance(device.source, Controller):
        return NO_SIGNAL
    return Answer(*device.source.hold(args))


def _signal_auto(device: Device, _args: dict[str, Any], _now: float, _real: float) -> Answer:
    return Answer(*device.source.auto()) if isinstance(device.source, Controller) else NO_SIGNAL


def _signal_flash(device: Device, _args: dict[str, Any], _now: float, _real: float) -> Answer:
    return Answer(*device.source.flash()) if isinstance(device.source, Controller) else NO_SIGNAL


_COMMANDS: dict[str, Callable[[Device, dict[str, Any], float, float], Answer]] = {
    wire.COMMAND_RESEND: _resend,
    wire.COMMAND_REPORT: _report,
    "set_interval": _set_interval,
    "reboot": _reboot,
    "message": _message,
    "signal_hold": _signal_hold,
    "signal_auto": _signal_auto,
    "signal_flash": _signal_flash,
}
