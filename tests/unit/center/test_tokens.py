"""Access tokens: only our own, only fresh, only whole."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from center.clock import now
from center.identity.tokens import InvalidToken, issue, session_of
from center.settings import settings

SECRET = "a secret of the test, long enough for HS256 and for HS512 as well"
SESSION = uuid4()


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HENGYANG_TOKEN_SECRET", SECRET)
    settings.cache_clear()
    yield
    settings.cache_clear()


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    whole: dict[str, Any] = {
        "iss": "hengyang",
        "sub": "1",
        "sid": str(SESSION),
        "iat": now(),
        "exp": now() + timedelta(minutes=5),
    }
    content = {name: value for name, value in (whole | claims).items() if value is not None}
    return jwt.encode(content, secret, algorithm=algorithm)


def unsigned() -> str:
    """`alg: none`, as attackers send it."""
    parts = (
        {"alg": "none", "typ": "JWT"},
        {"iss": "hengyang", "sub": "1", "sid": str(SESSION), "iat": 1, "exp": 9999999999},
    )
    texts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return ".".join([*texts, ""])


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(signed(secret=SECRET.upper()), id="forged"),
        pytest.param(signed(algorithm="HS512"), id="another algorithm"),
        pytest.param(unsigned(), id="no signature"),
        pytest.param(signed(iss="elsewhere"), id="another issuer"),
        pytest.param(signed(exp=now() - timedelta(seconds=1)), id="expired"),
        pytest.param(signed(exp=None), id="without an end"),
        pytest.param(signed(sid=None), id="without a session"),
        pytest.param(signed(sid="not a session"), id="a session that is no UUID"),
        pytest.param(signed()[:-4] + "AAAA", id="changed signature"),
        pytest.param("", id="empty"),
        pytest.param("a.b.c", id="nonsense"),
        pytest.param("ü.衡.阳", id="not ASCII"),
    ],
)
def test_a_token_that_is_not_ours_and_fresh_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        session_of(token)


def test_an_issued_token_names_its_session() -> None:
    assert session_of(issue(1, SESSION)) == SESSION
    assert isinstance(session_of(issue(1, SESSION)), UUID)


def test_a_token_dies_of_age() -> None:
    with pytest.raises(InvalidToken):
        session_of(issue(1, SESSION, at=datetime(2026, 1, 1, tzinfo=UTC)))
