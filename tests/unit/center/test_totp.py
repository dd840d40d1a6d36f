"""One-time codes: right ones once, secrets only for their user."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from center.identity.login.totp import (
    STEP_SECONDS,
    SecretUnreadable,
    accepted_step,
    address,
    new_secret,
    seal,
    unseal,
)
from center.settings import settings

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def token_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HENGYANG_TOKEN_SECRET", "a secret of the test, long enough for HS256")
    settings.cache_clear()
    yield
    settings.cache_clear()


def code(moment: datetime = NOW) -> str:
    return pyotp.TOTP(SECRET).at(moment)


def test_a_code_is_good_once() -> None:
    step = accepted_step(SECRET, code(), NOW, last_step=0)
    assert step is not None
    assert accepted_step(SECRET, code(), NOW, last_step=step) is None


def test_an_earlier_code_is_no_use_after_a_later_one() -> None:
    step = accepted_step(SECRET, code(), NOW, last_step=0)
    assert step is not None
    earlier = code(NOW - timedelta(seconds=STEP_SECONDS))
    assert accepted_step(SECRET, earlier, NOW, last_step=step) is None


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off(steps: int, accepted: bool) -> None:
    given = code(NOW + timedelta(seconds=steps * STEP_SECONDS))
    assert (accepted_step(SECRET, given, NOW, last_step=0) is not None) is accepted


@pytest.mark.parametrize("given", ["", "000000", "１２３４５６", "abcdef", code() + "0"])
def test_a_wrong_code_is_refused(given: str) -> None:
    assert accepted_step(SECRET, given, NOW, last_step=0) is None


def test_a_code_may_be_typed_with_a_gap() -> None:
    assert accepted_step(SECRET, f" {code()[:3]} {code()[3:]} ", NOW, last_step=0) is not None


def test_a_sealed_secret_opens_for_its_user_alone() -> None:
    secret = new_secret()
    sealed = seal(secret, 7)
    assert secret.encode() not in sealed
    assert unseal(sealed, 7) == secret
    with pytest.raises(SecretUnreadable):
        unseal(sealed, 8)


def test_a_sealed_secret_is_lost_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal(SECRET, 7)
    monkeypatch.setenv("HENGYANG_TOKEN_SECRET", "another secret, long enough for HS256 too")
    settings.cache_clear()
    with pytest.raises(SecretUnreadable):
        unseal(sealed, 7)


def test_the_address_names_city_and_user() -> None:
    assert address(SECRET, "wang.wei").startswith("otpauth://totp/")
    assert "wang.wei" in address(SECRET, "wang.wei")
