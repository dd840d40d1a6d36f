"""Search through the API: harmless whatever is typed, ranked, scoped, and new devices at once."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from gis.search.index import rebuild
from gis.search.words import grams
from tests.integration.gis.mapped import EAST, WEST, draw, scatter
from tests.integration.http import Api

SEARCH = "/api/v1/gis/search"


@pytest.fixture
def city(owner: psycopg.Connection, session: Session, client: Api) -> Iterator[Api]:
    draw(owner)
    scatter(owner, 300, 60)
    owner.execute(
        "INSERT INTO places (id, kind, name_zh, name_en, division_code, place, source) VALUES"
        " (1, 'landmark', '石鼓书院', 'Shigu Academy', '430407',"
        "  ST_SetSRID(ST_MakePoint(112.62, 26.9), 4326), 'test'),"
        " (2, 'landmark', '100%折扣店_甲', 'Sale', '430407',"
        "  ST_SetSRID(ST_MakePoint(112.52, 26.8), 4326), 'test')"
    )
    rebuild(session)
    session.commit()
    return client


def found(api: Api, q: str, **more: Any) -> list[dict[str, Any]]:
    answer = api.get(SEARCH, params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def names(api: Api, q: str, **more: Any) -> list[str]:
    return [item["name_zh"] for item in found(api, q, **more)]


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "x", "kinds": "spaceship"}, {"q": "x", "limit": 0}]
)
def test_a_search_for_nothing_or_of_an_unknown_kind_is_refused(
    client: Api, query: dict[str, Any]
) -> None:
    assert client.as_role("operator").get(SEARCH, params=query).status_code == 422


def test_who_may_not_see_the_map_may_not_search_it(client: Api) -> None:
    assert client.get(SEARCH, params={"q": "x"}).status_code == 401
    assert client.as_role("auditor").get(SEARCH, params={"q": "x"}).status_code == 403


@pytest.mark.parametrize(
    "text",
    ["%", "_", "%%", "石%", "<script>alert(1)</script>", "'; DROP TABLE search_names; --", "\\",
     '"', "\x00", "a\x00b", "🚒", "石" * 300, "مدينة", "шигу", "^z", "*", "(", "\ufffd",
     "{}", "%(text)s", ":text", "$1"],
)  # fmt: skip
def test_markup_wildcards_and_any_script_find_no_more_than_they_say(city: Api, text: str) -> None:
    for item in found(city.as_role("operator"), text):
        assert item["name_zh"] == "100%折扣店_甲"
        assert text in {"%", "_"}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("石鼓", "石鼓区"), ("石鼓区", "石鼓区"), ("石", "石鼓区"), ("sgq", "石鼓区"),
        ("shigu", "石鼓区"), ("SHIGU district", "石鼓区"), ("shi gu qu", "石鼓区"),
        ("书院", "石鼓书院"), ("sgsy", "石鼓书院"), ("academy", "石鼓书院"), ("430405", "珠晖区"),
        ("衡州", "衡州大道"), ("hzdd", "衡州大道"), ("jiefang", "解放路"), ("水位计7", "水位计7"),
        ("t-7", "水位计7"), ("swj7", "水位计7"), ("ＳＧＱ", "石鼓区"),
    ],
)  # fmt: skip
def test_names_are_found_by_chinese_pinyin_initials_english_and_code(
    city: Api, text: str, first: str
) -> None:
    assert names(city.as_role("operator"), text)[0] == first


def test_whole_names_come_before_beginnings_and_those_before_parts(city: Api) -> None:
    listed = names(city.as_role("operator"), "石鼓", limit=50)
    assert listed[0] == "石鼓区"
    assert listed.index("石鼓1街道") < listed.index("石鼓1街道1社区")
    assert names(city.as_role("operator"), "石鼓书院")[0] == "石鼓书院"


def test_a_road_in_pieces_is_found_once_with_the_box_around_all(city: Api) -> None:
    [road] = found(city.as_role("operator"), "解放路", kinds="road")
    assert road["ref"] == "2"
    assert road["bbox"] == pytest.approx([112.5, 26.71, 112.51, 26.995])
    assert road["place"]["coordinates"] == pytest.approx([112.5, 26.85])


def test_components_and_devices_are_found_in_the_callers_divisions_only(city: Api) -> None:
    east = city.as_role("operator", divisions=[EAST])
    for text in ("雨水井盖", "水位计"):
        items = found(east, text, limit=50)
        assert items
        assert {item["division_code"][:6] for item in items} == {EAST}
    assert found(east, f"{WEST}0118", kinds="component") == []
    assert found(east, "石鼓区", kinds="division")  # the base map is everybody's
    inspector = city.as_role("inspector", divisions=[])
    assert found(inspector, "水位计", kinds="device,component") == []


def test_a_grid_and_a_component_are_found_by_their_codes(city: Api) -> None:
    operator = city.as_role("operator")
    [grid] = found(operator, f"{EAST}00100101", kinds="grid")
    assert (grid["ref"], grid["name_zh"]) == (f"{EAST}00100101", f"单元网格{EAST}00100101")
    code = found(operator, "路灯", kinds="component", limit=1)[0]["ref"]
    assert [item["ref"] for item in found(operator, code)] == [code]


def test_a_new_device_is_found_without_a_rebuild_and_a_retired_one_no_more(
    city: Api, owner: psycopg.Connection
) -> None:
    operator = city.as_role("operator")
    owner.execute(
        "INSERT INTO devices (device_id, kind, model, name, division_code)"
        " SELECT 'NEW-1', kind, id, '蒸水桥雨量站', '430405' FROM device_models LIMIT 1"
    )
    for text in ("蒸水桥", "zsqylz", "zhengshui", "new-1", "雨量"):
        assert [item["ref"] for item in found(operator, text, kinds="device")] == ["NEW-1"], text
    owner.execute("UPDATE devices SET name = '改名' WHERE device_id = 'NEW-1'")
    assert found(operator, "蒸水桥") == []
    assert [item["ref"] for item in found(operator, "gaiming")] == ["NEW-1"]
    owner.execute("UPDATE devices SET retired_at = now(), retired_reason = 'x'"
                  " WHERE device_id = 'NEW-1'")  # fmt: skip
    assert found(operator, "gaiming") == []


def test_a_second_rebuild_gives_the_same(
    city: Api, session: Session, owner: psycopg.Connection
) -> None:
    def stored() -> list[Any]:
        return owner.execute(
            "SELECT e.kind, e.ref, n.name_zh, n.words, e.division_code FROM search_entries e"
            " JOIN search_names n ON n.id = e.name ORDER BY 1, 2"
        ).fetchall()

    before = stored()
    rebuild(session)
    session.commit()
    assert stored() == before


@pytest.mark.parametrize("words", ["石鼓区\nshigu district", "a", "zhq", "桥", "🚒车", "水位计7"])
def test_the_grams_of_a_name_hold_those_of_each_part_of_it(
    owner: psycopg.Connection, words: str
) -> None:
    [(stored,)] = owner.execute("SELECT search_grams(%s)", (words,)).fetchall()
    for word in words.split("\n"):
        for first in range(len(word)):
            for last in range(first + 1, len(word) + 1):
                if first and last == first + 1 and word[first] <= "~":
                    continue  # a single letter is looked for at the beginning only
                assert set(grams(word[first:last])) <= set(stored), word[first:last]
