"""What a caller sees of the city."""

import pytest
import sqlalchemy as sa

from center.identity.caller import Caller, anonymous, system


def caller(*divisions: str) -> Caller:
    return Caller(1, "x", "x", frozenset({"devices:read"}), divisions, None, "10.0.0.1")


@pytest.mark.parametrize(
    ("divisions", "division", "seen"),
    [
        ((), "430405", False),
        (("430405",), None, False),
        (("430405",), "430406", False),
        (("430405001",), "430405", False),
        (("430405",), "430405", True),
        (("430405",), "430405001002", True),
        (("4304",), "430481", True),
        (("430405", "430406"), "430406001", True),
    ],
)
def test_a_caller_sees_what_begins_with_a_division(
    divisions: tuple[str, ...], division: str | None, seen: bool
) -> None:
    assert caller(*divisions).sees(division) is seen


def test_without_divisions_the_condition_is_false() -> None:
    condition = caller().scope(sa.column("division", sa.Text))
    assert str(condition.compile(compile_kwargs={"literal_binds": True})) == "false"


def test_a_caller_may_only_what_the_roles_permit() -> None:
    assert caller().may("devices:read")
    assert not caller().may("devices:write")


def test_the_program_itself_is_nobody_in_particular() -> None:
    assert system("seed").user_id == 0


def test_the_name_a_stranger_typed_is_not_kept_whole() -> None:
    """People type passwords into the field of the name."""
    assert "hunter2" not in anonymous("hunter2-hunter2", "10.0.0.1").username
