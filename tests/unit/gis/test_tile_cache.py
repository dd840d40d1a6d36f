"""The cache of tiles: bounded, and a herd asks the maker once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gis.tiles.cache import OVERHEAD, TileCache


def test_an_error_is_told_to_all_who_waited_and_is_not_kept() -> None:
    cache, begun, go = TileCache(1000), threading.Event(), threading.Event()

    def fail() -> bytes:
        begun.set()
        go.wait(30)
        raise ValueError

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(cache.get, "a", fail)
        assert begun.wait(30)
        waiting = [threads.submit(cache.get, "a", lambda: b"never") for _ in range(3)]
        while cache.waiting("a") < 3:
            pass
        go.set()
        for one in (first, *waiting):
            with pytest.raises(ValueError):
                one.result(30)
    assert cache.get("a", lambda: b"now") == b"now"


def test_a_herd_has_a_tile_made_once() -> None:
    cache, go, made = TileCache(1000), threading.Event(), []

    def make() -> bytes:
        go.wait(30)
        made.append(1)
        return b"tile"

    with ThreadPoolExecutor(8) as threads:
        herd = [threads.submit(cache.get, "a", make) for _ in range(8)]
        while cache.waiting("a") < 7:
            pass
        go.set()
        assert {one.result(30) for one in herd} == {b"tile"}
    assert len(made) == 1


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = TileCache(2 * (40 + OVERHEAD))
    for key in "ab":
        cache.get(key, lambda: bytes(40))
    cache.get("a", lambda: pytest.fail("it is kept"))
    cache.get("c", lambda: bytes(40))
    assert cache.size == 2 * (40 + OVERHEAD)
    cache.get("a", lambda: pytest.fail("it is kept"))
    assert cache.get("b", lambda: b"again") == b"again"


@pytest.mark.parametrize(("most", "size"), [(0, 0), (0, 10), (OVERHEAD, 1)])
def test_a_tile_that_does_not_fit_is_given_and_not_kept(most: int, size: int) -> None:
    cache = TileCache(most)
    assert len(cache.get("a", lambda: bytes(size))) == size
    assert cache.get("a", lambda: b"again") == b"again"
