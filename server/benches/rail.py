"""The rail of alarms in a browser, watched beside a load: when each change was in a frame."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deploy.stack.ports import HOST
from server.benches.chromium import deltas, log_in, wall
from server.benches.site import Site

Seen = dict[tuple[int, int], float]

# Of an alarm as it is now.
CHANGES = deltas(
    "changes", "alarms", "({ id, changed_at }, now) => [[id, Date.parse(changed_at), now / 1000]]"
)


@contextmanager
def rail(site: Site, port: int) -> Iterator[Callable[[], Seen]]:
    """An operator's command screen; what it gives tells by alarm and moment of its change (ms)
    when (Unix seconds) it was first on the screen."""
    with wall() as context:
        page = context.new_page()
        page.add_init_script(CHANGES)
        page.goto(f"http://{HOST}:{port}/command")
        log_in(site, page)
        page.locator(".city-map canvas").first.wait_for(timeout=60_000)

        def seen() -> Seen:
            found: Seen = {}
            for alarm, changed, at in page.evaluate("window.changes"):
                found.setdefault((alarm, changed), at)
            return found

        yield seen
