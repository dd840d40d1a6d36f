"""The audit chain: equal content gives equal hashes, any other content another."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from center.audit.chain import MAX_WORDS, Entry, clean, link

ENTRY = Entry(
    time=datetime(2026, 11, 22, 8, 0, 0, 5, tzinfo=UTC),
    actor_id=7,
    actor="secadmin",
    roles=["secadmin"],
    action="user.grant",
    object_type="user",
    object_id="12",
    result="ok",
    address="10.43.4.17",
    request_id="8d2f",
    detail={"roles": ["analyst"], "note": "衡阳"},
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_the_hash_is_the_same_in_every_time_zone() -> None:
    shanghai = ENTRY.time.astimezone(timezone(timedelta(hours=8)))
    assert link(1, replace(ENTRY, time=shanghai), b"") == link(1, ENTRY, b"")


def test_every_field_is_covered() -> None:
    other: dict[str, Any] = {
        "time": ENTRY.time + timedelta(microseconds=1),
        "actor_id": 8,
        "actor": "sysadmin",
        "roles": [],
        "action": "user.change",
        "object_type": "device",
        "object_id": "13",
        "result": "refused",
        "address": "10.43.4.18",
        "request_id": "8d30",
        "detail": {"roles": ["analyst"], "note": "衡南"},
    }
    assert other.keys() == ENTRY.__dict__.keys()
    hashes = {link(1, replace(ENTRY, **{name: value}), b"") for name, value in other.items()}
    hashes |= {link(1, ENTRY, b""), link(2, ENTRY, b""), link(1, ENTRY, b"before")}
    assert len(hashes) == len(other) + 3


@given(json_values)
def test_a_cleaned_value_stays_as_it_is(value: Any) -> None:
    once = clean(value)
    assert clean(once) == once
    assert "\\u0000" not in json.dumps(once)
    json.dumps(once, ensure_ascii=False, allow_nan=False).encode()


@given(st.dictionaries(st.text(max_size=3), st.integers()), st.data())
def test_the_order_of_keys_does_not_matter(detail: dict[str, int], data: st.DataObject) -> None:
    assume("\0" not in "".join(detail))
    keys = data.draw(st.permutations(list(detail)))
    shuffled = {key: detail[key] for key in keys}
    cleaned = [clean(each) for each in (detail, shuffled)]
    assume(len(cleaned[0]) == len(detail))
    hashes = {link(1, replace(ENTRY, detail=each), b"") for each in cleaned}
    assert len(hashes) == 1


def test_long_words_are_cut_since_a_log_is_no_store() -> None:
    assert len(clean({"note": "长" * 10_000})["note"]) == MAX_WORDS
