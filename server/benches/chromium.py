"""A headless Chromium as the wall of a command centre, for benches that look at the pages."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from server.benches.site import Site

USER = "operator"
FLAGS = (
    "--no-sandbox", "--disable-background-networking", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)  # fmt: skip

# Notes what each delta of a topic tells, in the first frame that is drawn after it.
_DELTAS = """
(() => {
  const Native = window.WebSocket
  const pick = %(pick)s
  window.%(name)s = []
  window.WebSocket = class extends Native {
    constructor(...words) {
      super(...words)
      this.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(data)
        if (frame.t !== 'delta' || frame.topic !== '%(topic)s') return
        requestAnimationFrame(() => {
          const now = performance.timeOrigin + performance.now()
          window.%(name)s.push(...frame.items.flatMap((item) => pick(item, now)))
        })
      })
    }
  }
})()
"""


def deltas(name: str, topic: str, pick: str) -> str:
    """A script for a page: whatever opens the live feed there, `window[name]` grows by what the
    function `pick(item, now)` of JavaScript gives of each item of a delta, a list; `now` is the
    first frame that shows it, ms since epoch."""
    return _DELTAS % {"name": name, "topic": topic, "pick": pick}


@contextmanager
def wall() -> Iterator[Any]:
    """A browser context of 1920 by 1080 pixels in which the processor draws WebGL."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # no other bench needs it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        try:
            yield browser.new_context(viewport={"width": 1920, "height": 1080})
        finally:
            browser.close()


def log_in(site: Site, page: Any) -> None:
    """As a person does on the log-in page; returns on the page behind it."""
    passwords = json.loads((site.folder / "credentials.json").read_text("utf-8"))
    page.locator("#username").fill(USER)
    page.locator("#password").fill(passwords[USER])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address, timeout=60_000)
