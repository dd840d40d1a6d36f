"""Violation codes over HTTP, as `hengyang seed` puts them in."""

from sqlalchemy.orm import Session

from tests.integration.http import Api
from traffic.codes import service
from traffic.seed import seed

PATH = "/api/v1/traffic/violation-codes"


def test_nobody_reads_the_codes_without_the_right(client: Api) -> None:
    assert client.as_role("auditor").get(PATH).status_code == 403


def test_codes_are_listed_with_both_names_and_by_day(client: Api, session: Session) -> None:
    seed(session)
    seed(session)  # safe to run again
    session.commit()
    reader = client.as_role("analyst")
    items = reader.get(PATH, params={"limit": 500}).json()["items"]
    assert len(items) == len(service.standard())
    now = {row["code"] for row in reader.get(PATH, params={"on": "2026-11-26"}).json()["items"]}
    assert {"1625", "1039", "1373"} <= now
    assert "1301" not in now
