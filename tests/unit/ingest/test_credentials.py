"""Device credentials are hashed as the broker's own tool does it."""

import base64

import pytest

from ingest.devices.credentials import generate, hash_credential, verify

# Written by `mosquitto_passwd` 2.0.21 (Debian 13).
BROKERS_OWN = (
    (
        "correct-horse-battery",
        (
            "$7$101$S/bMR6yfVUizJTcP$qsMiXgWl1wEwe9nTkEbjDFtlWlRbpiytJ+cjZA2S/dbT579SNbe5LJmo7e"
            "OPUIjlEIW9a1oWsv5XwJcpltDl5Q=="
        ),
    ),
    (
        "another",
        (
            "$7$205$pwejcXTmo8HlHwWf$Ce1TuTSiQlysMlmgZ6i/2a3pr3Wg//MbPjV+Odi88KpfC2Dvh9zLhA/dQn"
            "uQgiIcYuDIJ3GK/jBeoXZYPOpqYA=="
        ),
    ),
)
STORED = BROKERS_OWN[0][1]


@pytest.mark.parametrize("secret", ["", "another", "correct-horse-battery ", "中文", "x" * 10_000])
def test_another_secret_is_refused(secret):
    assert not verify(secret, STORED)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        "correct-horse-battery",
        "$6$101$S/bMR6yfVUizJTcP$qsMi",
        "$7$101$S/bMR6yfVUizJTcP",
        "$7$many$S/bMR6yfVUizJTcP$qsMi",
        "$7$0$S/bMR6yfVUizJTcP$qsMi",
        "$7$101$not base64!$qsMi",
        STORED + "$more",
    ],
)
def test_nothing_fits_what_is_no_hash(stored):
    assert not verify("correct-horse-battery", stored)


def test_nobody_has_a_password():
    assert not verify("nobody", None)


@pytest.mark.parametrize(("secret", "stored"), BROKERS_OWN)
def test_a_hash_of_the_brokers_own_tool_is_understood(secret, stored):
    assert verify(secret, stored)
    _, _, iterations, salt, _ = stored.split("$")
    same = hash_credential(secret, iterations=int(iterations), salt=base64.b64decode(salt))
    assert same == stored


def test_each_hash_has_a_salt_of_its_own_of_twelve_bytes():
    first, second = hash_credential("same"), hash_credential("same")
    assert first != second
    assert verify("same", first)
    assert verify("same", second)
    assert len(base64.b64decode(first.split("$")[3])) == 12


def test_secrets_are_long_different_and_safe_in_a_spreadsheet():
    made = {generate() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(secret) == 43 and secret.isascii() for secret in made)
    assert all(secret[0].isalnum() and "," not in secret for secret in made)
