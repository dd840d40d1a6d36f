"""What the broker reads: accounts of services first, then the devices that may connect."""

import pytest

from center.settings import IngestSettings
from deploy.stack import mosquitto
from ingest import wire
from ingest.devices.broker_files import DEVICE_RULES, acl, outdated, passwd, postponed
from ingest.devices.names import is_reserved
from ingest.gateway import client_id
from ingest.orphans import gateway_name

SERVICE = "ingest:$7$101$a$b\nload:$7$101$c$d\n"


OURS = ("ingest", "load", "warden", "load-0", "hengyang-doctor", "stack-knock")


@pytest.mark.parametrize("name", [*OURS, client_id(gateway_name(1), 0)])
def test_a_device_named_like_a_program_of_ours_is_not_let_in(name: str) -> None:
    made = passwd(SERVICE, [(name, "stolen"), ("WL-0001", "hash")])
    assert made.splitlines() == ["ingest:$7$101$a$b", "load:$7$101$c$d", "WL-0001:hash"]


@pytest.mark.parametrize("name", [*OURS, client_id(gateway_name(1), 0)])
def test_the_session_of_a_program_of_ours_is_not_ended_with_an_account(name: str) -> None:
    assert outdated(f"{name}:old\nWL-0001:old\n", f"{name}:new\n") == ["WL-0001"]


@pytest.mark.parametrize("name", ["WL-0001", "ingest-1", "loader-1", "wardens", "my-ingest-1-0"])
def test_other_names_are_free(name: str) -> None:
    assert not is_reserved(name)


def test_every_account_of_a_program_of_ours_has_a_reserved_name() -> None:
    assert [name for name in mosquitto.ACCOUNTS if not is_reserved(name)] == []
    most = IngestSettings.model_fields["ingest_connections"].metadata
    assert next(bound.le for bound in most if hasattr(bound, "le")) == mosquitto.SESSIONS


def test_without_devices_the_services_remain():
    assert passwd(SERVICE, []) == SERVICE


def test_a_missing_last_line_end_joins_no_accounts():
    assert passwd("ingest:x", [("WL-0001", "hash")]) == "ingest:x\nWL-0001:hash\n"


def test_devices_may_do_nothing_but_speak_upward_and_listen_under_their_own_name():
    write = {rule.split()[-1] for rule in DEVICE_RULES if rule.startswith("pattern write ")}
    read = {rule.split()[-1] for rule in DEVICE_RULES if rule.startswith("pattern read ")}
    assert write == {f"hy/v1/+/%u/{s}" for s in (*wire.NUMBERED_STREAMS, wire.STATUS_STREAM)}
    assert read == {f"hy/v1/+/%u/{s}" for s in wire.DOWN_STREAMS}
    assert len(DEVICE_RULES) == len(write) + len(read)


def test_rules_that_the_service_part_has_are_not_repeated():
    complete = "user ingest\ntopic read hy/v1/#\n\n" + "\n".join(DEVICE_RULES) + "\n"
    assert acl(complete) == complete


def test_missing_rules_are_added_after_those_of_services():
    made = acl("user ingest\ntopic read hy/v1/#\n").splitlines()
    assert made == ["user ingest", "topic read hy/v1/#", "", *DEVICE_RULES]
    assert acl("\n".join(made) + "\n").splitlines() == made


def test_accounts_that_have_to_wait_stay_as_they_are():
    before = SERVICE + "A:1\nB:1\nC:1\n"
    after = SERVICE + "A:2\nD:1\n"
    leaving = outdated(before, after)
    assert leaving == ["A", "B", "C"]
    part = postponed(before, after, set(leaving[1:]))
    assert part == SERVICE + "A:2\nD:1\nB:1\nC:1\n"
    assert outdated(part, after) == ["B", "C"]
    assert postponed(part, after, set()) == after
