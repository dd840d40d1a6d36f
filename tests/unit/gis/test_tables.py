"""The lists that come with the program hang together."""

from gis.components.placing import CROSSING, GROUND, SPOTS, placings
from gis.dictionary.service import component_names, standard


def test_every_component_that_is_placed_is_in_the_dictionary() -> None:
    assert {row.code for row in placings()} <= component_names().keys()


def test_shares_make_a_thousand_and_every_spot_is_known() -> None:
    assert sum(row.per_mille for row in placings()) == 1000
    assert {row.where for row in placings()} <= {*SPOTS, CROSSING, GROUND}


def test_no_class_is_listed_twice_and_each_sub_class_has_its_class() -> None:
    keys = [(row["kind"], row["class_code"], row["subclass_code"]) for row in standard()]
    assert len(keys) == len(set(keys))
    assert all((kind, code, "") in keys for kind, code, _ in keys)


def test_the_dictionary_holds_the_classes_of_the_standard() -> None:
    names = component_names()
    assert (names["0118"], names["0305"], names["0402"]) == ("路灯", "垃圾箱", "行道树")
    events = {row["name_zh"] for row in standard() if row["kind"] == "event"}
    assert {"暴露垃圾", "机动车乱停放", "道路积水"} <= events
