"""The generated city: no gap, no overlap, codes that nest, the same for the same seed."""

from functools import cache

import numpy as np
import pytest
import shapely

from gis.city import generated, lattice, outlines, rows
from gis.city.communities import TooManyGrids
from gis.city.generated import City, Size
from gis.components.placing import placings

SEED = 430400


@cache
def shapes():
    return outlines.read()


@cache
def city(size: str = "small", digits: int = 14) -> City:
    return generated.build(generated.SIZES[size], shapes(), SEED, digits)


@pytest.fixture(params=["small", "full"])
def made(request) -> City:
    return city(request.param)


def test_a_community_of_more_grids_than_its_codes_can_number_is_refused(monkeypatch) -> None:
    small = generated.SIZES["small"].settlements[0]
    with pytest.raises(TooManyGrids, match="15 digits"):
        generated.build(Size((small,), 10), shapes(), SEED, 13)


def test_unit_grids_leave_no_gap_and_do_not_overlap(made) -> None:
    cells = made.ground.cells
    assert shapely.is_valid(cells.shapes).all()
    assert set(shapely.get_type_id(cells.shapes)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(cells.shapes)
    for area in rows.unions(made, 6).values():
        assert area.is_valid


def test_a_unit_grid_has_about_a_hectare(made) -> None:
    area = made.ground.cells.area
    assert area.min() >= 500
    assert area.max() < 20_000
    assert np.median(area) == pytest.approx(10_000, rel=0.05)
    assert np.mean((area > 8000) & (area < 12_500)) > 0.9


def test_codes_nest_and_no_two_are_alike(made) -> None:
    layout = made.ground.layout
    assert len(set(layout.grids)) == len(layout.grids)
    for grid, community, district in zip(
        layout.grids, layout.communities, made.ground.cells.district, strict=True
    ):
        assert len(grid) == 14
        assert grid.startswith(community)
        assert community.startswith(district)
        assert community in layout.names
        assert community[:9] in layout.names
    assert len(set(layout.names.values())) == len(layout.names)


def test_codes_of_15_digits_number_the_same_grids() -> None:
    short, long = city().ground.layout.grids, city(digits=15).ground.layout.grids
    assert [f"{code[:12]}0{code[12:]}" for code in short] == list(long)


def test_grids_are_numbered_from_left_to_right_from_top_to_bottom(made) -> None:
    cells, layout = made.ground.cells, made.ground.layout
    order = np.argsort(layout.grids)
    for community in np.unique(layout.communities):
        own = order[layout.communities[order] == community]
        line = list(zip(-np.floor(cells.v[own] / lattice.SIDE), cells.u[own], strict=True))
        assert line == sorted(line)


def test_every_grid_lies_in_its_district(made) -> None:
    cells = made.ground.cells
    inside = shapely.point_on_surface(cells.shapes)
    for code in np.unique(cells.district):
        # 1 cm: what noding on a grid of 1 cm may move a border.
        outline = shapely.buffer(shapes()[str(code)], 1e-7)
        shapely.prepare(outline)
        own = cells.district == code
        assert shapely.contains(outline, inside[own]).all()
        spilled = shapely.difference(cells.shapes[own], outline)
        assert shapely.area(spilled).max() < 1e-11


def test_roads_run_within_the_built_up_area_and_hang_together(made) -> None:
    roads = made.ground.roads
    assert {road.kind for road in roads} >= {"main", "secondary", "branch"}
    names = {}
    for road in roads:
        assert names.setdefault((road.upright, road.line), road.name) == road.name
        assert len(road.points) > 3
    assert len(set(names.values())) == len(names)


def test_there_are_as_many_components_as_asked_for_each_in_its_grid(made) -> None:
    components, ground = made.components, made.ground
    total = len(components.codes)
    assert total in (2000, 100_000)
    assert len(set(components.codes)) == total
    inside = shapely.intersects(
        ground.cells.shapes[components.grid], shapely.points(components.points)
    )
    assert inside.all()
    classes = np.array([row.code for row in placings()])[components.placing]
    heads = np.char.add(ground.cells.district[components.grid], classes)
    assert np.array_equal(components.codes.astype("<U10"), heads)
    assert (components.changed >= components.started).all()


def test_the_same_seed_generates_the_same_city_and_another_another() -> None:
    again = generated.build(generated.SIZES["small"], shapes(), SEED, 14)
    other = generated.build(generated.SIZES["small"], shapes(), 5, 14)
    assert list(rows.components(again)) == list(rows.components(city()))
    assert list(rows.divisions(again)) == list(rows.divisions(city()))
    assert list(rows.components(other)) != list(rows.components(city()))
