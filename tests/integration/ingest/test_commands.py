"""Commands: asked for over HTTP, handed to the broker, answered by the device."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from ingest.commands import dispatch, repository
from ingest.commands.handover import SUCCESS, Outcome
from ingest.commands.repository import Answer
from ingest.devices import desk

DEVICE = {"name": "站", "model": "generic-water-level", "division": "430408"}
PATH = "/api/v1/devices/WL-0001/commands"
REBOOT = {"name": "reboot"}


@pytest.fixture
def sender(client):
    desk.add(device_id="WL-0001", **DEVICE)
    return client.as_role("operator")


@pytest.fixture
def warden(database):
    """A connection of role hengyang_ingest, each statement by itself."""
    with psycopg.connect(database.ingest, autocommit=True) as connection:
        yield connection


class Broker:
    """Takes commands as the link of the warden does, `room` of them."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.taken: list[tuple] = []

    def send(self, *command) -> bool:
        if len(self.taken) >= self.room:
            return False
        self.taken.append(command)
        return True

    def answer(self, connection, code: int = SUCCESS) -> None:
        """Says to each that it has it, or why not."""
        said = [Outcome(device_id, command, code) for _, device_id, command, *_ in self.taken]
        dispatch.settle(connection, said)


def send(sender, body=REBOOT, **options):
    answer = sender.post(PATH, json=body, **options)
    assert answer.status_code == 202, answer.text
    return answer.json()


def state(sender, command) -> tuple[str, str | None]:
    shown = sender.get(f"{PATH}/{command['id']}").json()
    return shown["state"], shown["detail"]


def number(connection) -> int:
    return connection.execute("SELECT id FROM devices").fetchone()[0]


def test_a_command_that_may_not_or_cannot_be_sent_is_refused(client, sender):
    assert client.as_role("analyst").post(PATH, json=REBOOT).status_code == 403
    other = client.as_role("operator", divisions=["430405"])
    assert other.post(PATH, json=REBOOT).status_code == 404
    assert other.get(PATH).status_code == 404
    assert sender.post(PATH.replace("0001", "0009"), json=REBOOT).status_code == 404
    for body in ({"name": "Reboot"}, {"name": "reboot", "args": {"now": True}}, {},
                 {"name": "set_interval", "args": {"seconds": 0}},
                 {"name": "x", "args": {"a": "b" * 5000}},
                 {"name": "reboot", "deadline_seconds": 0},
                 {"name": "reboot", "deadline_seconds": 90_000}):  # fmt: skip
        assert sender.post(PATH, json=body).status_code == 422, body


def test_a_retired_device_gets_no_command(sender):
    desk.retire("WL-0001", "拆除")
    answer = sender.post(PATH, json=REBOOT)
    assert (answer.status_code, answer.json()["code"]) == (409, "device_retired")


def test_a_device_has_a_hundred_open_commands_at_most(sender, warden):
    args = [(number(warden), {})] * 100
    repository.enqueue(warden, "reboot", args, "test", timedelta(seconds=60))
    answer = sender.post(PATH, json=REBOOT)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_commands")


def test_a_command_goes_out_is_answered_and_that_is_the_end(sender, warden):
    body = {"name": "set_interval", "args": {"seconds": 30}, "deadline_seconds": 600}
    command = send(sender, body)
    assert (command["state"], command["device_id"]) == ("queued", "WL-0001")
    broker = Broker()
    assert dispatch.send_due(warden, broker.send) == 1
    ((kind, device_id, identity, name, args, _, seconds),) = broker.taken
    assert (kind, device_id, identity) == ("sensor", "WL-0001", command["id"])
    assert (name, args) == ("set_interval", {"seconds": 30})
    assert 590 <= seconds <= 600
    assert dispatch.send_due(warden, broker.send) == 0
    assert state(sender, command) == ("queued", None)
    broker.answer(warden)
    assert state(sender, command) == ("sent", None)
    assert repository.answer(warden, [Answer(number(warden), identity, True, "好")]) == 1
    assert repository.answer(warden, [Answer(number(warden), identity, False, "no")]) == 0
    assert dispatch.expire(warden) == 0
    assert state(sender, command) == ("answered", "好")


def test_answers_of_others_and_to_nothing_are_left_alone(sender, warden):
    command = send(sender)
    device = number(warden)
    answers = [
        Answer(device + 1, command["id"], True, "not mine"),
        Answer(device, str(UUID(int=7)), True, "unknown"),
        Answer(device, "resend-1-0", True, "another's"),
        Answer(device, "'; DROP TABLE commands", True, None),
    ]
    assert repository.answer(warden, answers) == 0
    assert state(sender, command) == ("queued", None)


def test_the_last_of_several_answers_in_one_batch_counts(sender, warden):
    command = send(sender)
    device = number(warden)
    answers = [
        Answer(device, command["id"], None, "first"),
        Answer(device, command["id"], True, ""),
    ]
    assert repository.answer(warden, answers) == 1
    assert state(sender, command) == ("answered", "")


def test_what_is_not_answered_in_time_says_why(sender, warden, owner):
    never, late = send(sender), send(sender)
    owner.execute("UPDATE commands SET state = 'sent', sent_at = now() WHERE id = %s", [late["id"]])
    owner.execute(
        "UPDATE commands SET requested_at = now() - interval '1h', deadline = now() - interval '1s'"
    )
    assert dispatch.send_due(warden, Broker().send) == 0
    assert dispatch.expire(warden) == 2
    assert state(sender, never) == ("timed_out", "never sent")
    assert state(sender, late) == ("timed_out", "no answer")
    # What the device says it did is the truth, also afterwards.
    repository.answer(warden, [Answer(number(warden), late["id"], False, "已锁定")])
    assert state(sender, late) == ("refused", "已锁定")


def test_only_what_was_not_sent_can_be_cancelled(sender, warden):
    first, second = send(sender), send(sender)
    assert sender.post(f"{PATH}/{first['id']}/cancel").json()["state"] == "cancelled"
    broker = Broker()
    dispatch.send_due(warden, broker.send)
    assert [taken[2] for taken in broker.taken] == [second["id"]]
    answer = sender.post(f"{PATH}/{second['id']}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    assert sender.post(f"{PATH}/{UUID(int=7)}/cancel").status_code == 404
    assert repository.answer(warden, [Answer(number(warden), first["id"], True, "")]) == 0


def test_what_is_on_its_way_to_the_broker_cannot_be_called_back(sender, warden):
    command = send(sender)
    broker = Broker()
    dispatch.send_due(warden, broker.send)
    assert sender.post(f"{PATH}/{command['id']}/cancel").json()["code"] == "not_cancellable"
    broker.answer(warden, 0x10)
    assert state(sender, command) == ("queued", "the device has no connection")
    assert sender.post(f"{PATH}/{command['id']}/cancel").json()["state"] == "cancelled"


def test_an_answer_may_come_before_the_brokers_word(sender, warden):
    command = send(sender)
    broker = Broker()
    dispatch.send_due(warden, broker.send)
    repository.answer(warden, [Answer(number(warden), command["id"], True, "好")])
    broker.answer(warden)
    assert state(sender, command) == ("answered", "好")
    assert sender.get(f"{PATH}/{command['id']}").json()["attempts"] == 1


def test_what_the_broker_does_not_take_waits_in_its_order(sender, warden):
    commands = [send(sender)["id"] for _ in range(3)]
    full = Broker(room=2)
    assert dispatch.send_due(warden, full.send) == 2
    rest = Broker()
    assert dispatch.send_due(warden, rest.send) == 1
    assert [taken[2] for taken in full.taken + rest.taken] == commands


def test_what_the_broker_lost_goes_out_again(sender, warden):
    command = send(sender)
    for _ in range(2):
        broker = Broker()
        assert dispatch.send_due(warden, broker.send) == 1
        broker.answer(warden)
        assert repository.requeue_sent(warden) == 1
    assert sender.get(f"{PATH}/{command['id']}").json()["attempts"] == 2


def test_only_the_devices_that_came_back_are_sent_to_again(sender, warden):
    send(sender)
    dispatch.send_due(warden, Broker().send)
    assert repository.requeue_sent(warden, [number(warden) + 1]) == 0
    assert repository.requeue_sent(warden, [number(warden)]) == 1


def test_two_who_send_never_take_the_same_command(sender, warden, database):
    for _ in range(3):
        send(sender)
    with psycopg.connect(database.ingest) as other:
        first = repository.due_commands(other, 2)
        second = repository.due_commands(warden, 5)
    assert len(first) == 2
    assert len(second) == 1
    assert not {due.id for due in first} & {due.id for due in second}


def test_commands_are_listed_newest_first_and_sent_once(sender, warden):
    headers = {"Idempotency-Key": "k"}
    first = send(sender, headers=headers)
    assert send(sender, headers=headers) == first
    second = send(sender, {"name": "report"})
    page = sender.get(PATH, params={"limit": 1}).json()
    rest = sender.get(PATH, params={"limit": 1, "after": page["next"]}).json()
    assert [page["items"][0]["id"], rest["items"][0]["id"]] == [second["id"], first["id"]]
    assert sender.get(PATH, params={"state": "sent"}).json()["items"] == []


def test_closed_commands_are_forgotten_after_a_while(sender, session, owner, warden):
    command = send(sender)
    owner.execute("UPDATE commands SET requested_at = now() - interval '9 d'")
    raw = session.connection().connection.driver_connection
    assert repository.forget(raw, timedelta(days=8)) == 0
    repository.answer(warden, [Answer(number(warden), command["id"], True, "")])
    assert repository.forget(raw, timedelta(days=8)) == 1
