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
