"""Every route of the document with odd values: never a failure of ours, always a plain answer."""

import itertools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.database import transaction
from center.identity.sessions.service import open_session
from server.examples import example_of
from tests.integration.http import Api, add_user

REQUESTS = 500  # of each user; less than a minute for both on a busy machine
# Together they may do everything; one user may hold only one administrator's role.
ROLES = (
    ("sysadmin", "device_admin", "operator", "inspector"),
    ("secadmin", "commander"),
    ("auditor", "analyst"),
)
TEXTS = (
    "", " ", "\0", "x" * 5000, "%", "_", "' OR 1=1 --", "\u202e衡阳", "\ud800", "../..", "-1", "1",
    "1e400", "NaN", str(2**63), "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
    "2026-11-22T00:00:00Z", "true", "WL-0001", "water_level", "4304", "WyJ3YW5nLndlaSJd", "W10",
)  # fmt: skip
texts = st.sampled_from(TEXTS) | st.text(max_size=30)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    texts,
    st.sampled_from([[], {}, [None], {"": []}, ["x"] * 600]),
)
tags = st.sampled_from(["*", '"1"', '"', 'W/"1"', "x" * 900, ","])
numbers = itertools.count(1)
Draw = Callable[[st.SearchStrategy[Any]], Any]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def sign_in(client: Api, *roles: str, divisions: tuple[str, ...]) -> Api:
    """Without the log-in: its brakes are on soon, and must be."""
    user = add_user(*roles, username=f"odd.{next(numbers)}", divisions=divisions)
    with transaction() as session:
        tokens = open_session(session, user, "test", "test")
    return client.with_token(tokens.access_token)


def given_or_odd(draw: Draw, item: dict[str, Any], schemas: dict[str, Any]) -> str:
    if draw(st.booleans()):
        return str(draw(texts | values))
    try:
        return str(example_of(item["schema"], schemas))
    except Exception:  # noqa: BLE001  # without an example an odd one must do
        return str(draw(texts))


def written(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def address(draw: Draw, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    query = {}
    for item in operation.get("parameters", ()):
        if item["in"] == "path":
            path = path.replace(f"{{{item['name']}}}", written(given_or_odd(draw, item, schemas)))
        elif item["in"] == "query" and draw(st.booleans()):
            query[item["name"]] = given_or_odd(draw, item, schemas).encode("utf-8", "surrogatepass")
    return f"{path}?{urlencode(query)}" if query else path


def body(draw: Draw, operation: dict[str, Any]) -> tuple[bytes, str]:
    kinds = operation.get("requestBody", {}).get("content", {})
    for kind, content in kinds.items():
        made = content["example"]
        if isinstance(made, dict):
            odd = draw(st.dictionaries(st.sampled_from([*made, "", "odd"]), values, max_size=3))
            made = made | odd
        if kind == "application/json":
            whole = draw(values) if draw(st.integers(0, 4)) == 0 else made
            return json.dumps(whole).encode(), kind
        if kind == "application/x-www-form-urlencoded":
            pairs = {name: str(value).encode("utf-8", "replace") for name, value in made.items()}
            return urlencode(pairs).encode(), kind
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        content_of = str(draw(texts)).encode("utf-8", "replace")
        return head + content_of + b"\r\n--x--\r\n", f"{kind}; boundary=x"
    return b"", "application/json"


@pytest.mark.parametrize("divisions", [("4304",), ("430405",)], ids=["city", "district"])
def test_odd_values_are_answered_plainly(client: Api, divisions: tuple[str, ...]) -> None:
    document = client.app.openapi()  # type: ignore[attr-defined]  # the application itself
    schemas, known = document["components"]["schemas"], operations(document)
    users = [sign_in(client, *roles, divisions=divisions) for roles in ROLES]
    users[0].post("/api/v1/devices", json={
        "device_id": "WL-0001", "name": "x", "model": "generic-water-level", "division": "430405",
    })  # fmt: skip
    reached: set[int] = set()

    @settings(max_examples=REQUESTS, derandomize=True)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        method, path, operation = data.draw(st.sampled_from(known))
        number = data.draw(st.integers(0, len(users) - 1))
        content, kind = body(data.draw, operation)
        answer = users[number].request(
            method,
            address(data.draw, path, operation, schemas),
            content=content,
            headers={"Content-Type": kind, "If-Match": data.draw(tags)},
        )
        assert answer.status_code < 500, (method, answer.url, content, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", answer.url
        if answer.status_code == 401:  # ended its own session, or changed its password
            users[number] = sign_in(client, *ROLES[number], divisions=divisions)
        reached.add(answer.status_code)

    ask()
    assert {200, 403, 404, 422} <= reached
    # Which act is the one that is right by chance changes with each new route.
    assert reached & {201, 202, 204}
