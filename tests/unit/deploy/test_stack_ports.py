"""Ports of the local stack: bounds, freedom, and who holds one."""

import os
import socket

import pytest

from deploy.stack import Ports, StackError
from deploy.stack.ports import FREE_FROM, FREE_TO, free_ports, holder, is_free


@pytest.mark.parametrize("base", [-1, 56_982, 70_000])
def test_a_base_that_leaves_the_range_of_ports_is_refused(base: int) -> None:
    with pytest.raises(StackError, match="HENGYANG_STACK_PORT_BASE must be 0 to 56981"):
        Ports.above(base)


def test_a_base_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENGYANG_STACK_PORT_BASE", "ten thousand")
    with pytest.raises(StackError, match="must be a whole number"):
        Ports.from_environment()


def test_the_usual_ports_are_the_well_known_ones_plus_ten_thousand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HENGYANG_STACK_PORT_BASE", raising=False)
    assert Ports.from_environment() == Ports(15_432, 16_379, 11_883, 18_554)


def test_free_ports_are_distinct_and_outside_the_ephemeral_range() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(FREE_FROM <= port < FREE_TO and is_free(port) for port in ports)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "::"])
def test_a_port_in_use_is_not_free_on_any_family(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        assert not is_free(port, host)
    assert is_free(port, host)


def test_no_port_is_free_on_a_host_that_is_none() -> None:
    assert not is_free(80, "no.such.host.invalid")


def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert f"(process {os.getpid()})" in (holder(port) or "")


def test_a_free_port_has_no_holder() -> None:
    assert holder(free_ports(1)[0]) is None
