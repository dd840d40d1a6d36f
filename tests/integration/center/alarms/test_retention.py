"""How long alarms are kept, and the evidence they name with them."""

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from center.alarms import repository
from center.alarms.holding import hold_evidence
from center.alarms.tasks import forget_closed
from center.evidence import retention
from center.evidence.store import store
from center.identity.caller import Caller
from tests.integration.center.alarms.troubles import (
    ALARMS,
    ANY,
    alarms,
    one,
    only,
    relief,
    tell,
    trouble,
)
from tests.integration.center.pictures import PICTURE, basic, digest, path
from tests.integration.http import Api

AGE = timedelta(days=183)


def close(client: Api, alarm: int) -> None:
    body = {"reason": "误报"}
    answer = client.as_role("operator").put(f"{ALARMS}/{alarm}/closing", json=body, headers=ANY)
    assert answer.status_code == 200


def test_nothing_of_the_last_half_year_may_be_forgotten(session: Session) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="half a year"):
        session.execute(sa.text("SELECT forget_alarms(now() - interval '170 days', 10)"))


def test_what_was_closed_long_ago_goes_with_all_that_belongs_to_it(client: Api, owner) -> None:
    numbers = tell(trouble("old", storm="s"), trouble("new"), trouble("open")).ids
    close(client, numbers["old"])
    close(client, numbers["new"])
    owner.execute(
        "UPDATE alarms SET closed_at = now() - interval '367 days' WHERE key = 'old';"
        " UPDATE alarm_keys SET touched_at = now() - interval '367 days';"
        " UPDATE alarm_groups SET last_time = now() - interval '367 days', current = false"
    )
    for _ in range(2):
        forget_closed()
    assert sorted(alarm.id for alarm in alarms()) == sorted([numbers["new"], numbers["open"]])
    counts = [
        owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("alarm_groups", "alarm_acts", "alarm_keys")
    ]
    assert counts == [0, 3, 1]
    assert tell(trouble("open", 1)).repeated == 1


def test_evidence_that_an_alarm_names_stays_as_long_as_the_alarm(
    client: Api, device: int, owner: psycopg.Connection, session: Session
) -> None:
    hold_evidence()
    other = PICTURE + b"2"
    for content in (PICTURE, other):
        assert client.put(path(content), content=content, headers=basic("EP-1")).status_code == 201
    owner.execute(
        "UPDATE evidence SET first_seen = now() - interval '300 days',"
        " stored_at = now() - interval '300 days'"
    )
    number = one(evidence=(digest(PICTURE),))
    assert retention.retire(session, store(), AGE) == 1
    session.commit()
    assert client.as_role("operator").get(path(PICTURE)).status_code == 200
    close(client, number)
    assert retention.retire(session, store(), AGE) == 0
    session.commit()
    owner.execute("UPDATE alarms SET closed_at = now() - interval '367 days'")
    forget_closed()
    assert retention.retire(session, store(), AGE) == 1
    session.commit()


@pytest.mark.usefixtures("database")
def test_evidence_of_a_trouble_that_lasts_is_gathered_and_bounded() -> None:
    one(evidence=("0" * 64,))
    tell(trouble(minutes=1, evidence=("1" * 64, "0" * 64)))
    assert only().evidence == ["0" * 64, "1" * 64]
    tell(trouble(minutes=2, evidence=tuple(f"{n:064x}" for n in range(2, 100))))
    assert len(only().evidence) == 50
    tell(relief(minutes=3))
    assert len(only().evidence) == 50


def test_a_snapshot_holds_what_is_open_the_worst_first(session: Session) -> None:
    tell(trouble("a", device=7, severity="yellow"), trouble("b", device=7, severity="red"),
         trouble("c", device=8, division_code="430406"), trouble("over", device=9))  # fmt: skip
    tell(relief("over", 1))
    city = Caller(1, "x", "x", frozenset(), ("4304",), None, "local")
    found = repository.open_in(session, city)
    assert [(alarm.severity, alarm.state) for alarm in found] == [
        ("red", "raised"), ("orange", "cleared"), ("orange", "raised"), ("yellow", "raised"),
    ]  # fmt: skip
    district = Caller(1, "x", "x", frozenset(), ("430406",), None, "local")
    assert [alarm.division_code for alarm in repository.open_in(session, district)] == ["430406"]
    assert len(repository.open_in(session, city, most=2)) == 2
    assert repository.worst_by_device(session) == {7: "red", 8: "orange", 9: "orange"}
