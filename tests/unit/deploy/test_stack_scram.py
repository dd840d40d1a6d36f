"""The verifier of a password, against a known one."""

from base64 import b64decode

import pytest

from deploy.stack.scram import verifier


def test_a_password_beyond_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        verifier("口令")


def test_the_same_password_has_another_verifier_each_time() -> None:
    assert verifier("secret") != verifier("secret")


def test_it_is_the_one_that_rfc_7677_gives() -> None:
    """Its example: user `user`, password `pencil`."""
    made = verifier("pencil", b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    assert made == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
        "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
