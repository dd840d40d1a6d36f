"""What a site has numbered outlives the program, and is sent as it was."""

from pathlib import Path

from simulators.boots import Boots
from simulators.flash import Flash
from simulators.pictures import Pictures
from simulators.source import Body
from simulators.spool import Spool
from simulators.world.shots import Shot
from tests.unit.simulators.devices import NOW, device, numbers, sent
from tests.unit.simulators.test_world_pictures import SECRETS, car, storing, until

SEEN = Body("readings", {"readings": {"n": 1.0}})


def test_messages_that_were_not_delivered_are_sent_first_after_a_new_start(
    tmp_path: Path,
) -> None:
    boots = Boots()
    flash = Flash(tmp_path)
    first = device(flash=flash, boots=boots)
    for _ in range(3):
        first.say(SEEN, NOW, 0.0)
    sendings = sent(first)
    first.answered(sendings[0], 0, 0.0)  # the broker has this one
    flash.close()  # and the fleet is killed

    flash = Flash(tmp_path)
    again = device(flash=flash, boots=boots)
    again.say(SEEN, NOW, 0.0)
    came = sent(again)
    assert numbers(came) == [(1, 1), (1, 2), (2, 0)]
    assert [one.payload for one in came[:2]] == [one.payload for one in sendings[1:]]
    assert again.buffer.newest() == {1: 2, 2: 0}
    for sending in came:
        again.answered(sending, 0, 0.0)
    assert flash.kept(again.spec.device_id) == []
    flash.close()


def test_what_a_device_forgets_its_flash_forgets(tmp_path: Path) -> None:
    flash = Flash(tmp_path)
    made = device(flash=flash)
    made.say(SEEN, NOW, 0.0)
    made.say(SEEN, NOW, 1e9)  # the first is too old by then
    assert [message.seq for message in flash.kept(made.spec.device_id)] == [1]
    flash.close()


def test_pictures_that_the_server_has_not_taken_are_sent_after_the_next_start(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path)
    away = Pictures("http://127.0.0.1:9", SECRETS, lambda _: b"\xff\xd8picture", spool)
    ticket = away.order("site", [Shot(1.0, "", 1, car(0), 0.0, "")])
    away.paint_all(10.0)
    away.close()
    assert [name for _, name in spool.kept()] == list(ticket.names)
    spool.keep("stranger", ["a" * 64], [b"x"])
    with storing() as (store, address):
        back = Pictures(address, SECRETS, lambda _: b"", spool)
        until(lambda: store.kept == {ticket.names[0]: b"\xff\xd8picture"})
        until(lambda: [device for device, _ in spool.kept()] == ["stranger"])
        back.close()
