# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the callback voicemail_report in a real browser."""

from __future__ import annotations

import pathlib
import re
import shutil
import struct
import subprocess

import browser
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting import run_report
from ansible_collections.telephony.voicemail.plugins.plugin_utils.report_files import page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="this machine has no chromium to render the page")

# Keyboard input, before the page is read.
ACTIONS = """
<script>
{
document.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true}));
const focused = document.activeElement.id;
document.activeElement.value = "front DESK";
document.activeElement.dispatchEvent(new Event("input"));
const numbers = () => [...document.querySelectorAll("tbody tr:not([hidden]) th")].map(cell => cell.textContent);
const found = numbers();
const count = document.getElementById("shown").textContent;
document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
document.querySelector("input[value=create]").click();
const left = numbers();
document.title = JSON.stringify([focused, found, count, left, getComputedStyle(document.body).backgroundColor]);
}
</script></body>
"""


def example_page() -> str:
    """Return a page with two tasks. One of them failed as a whole."""
    changes = [
        run_report.Change(
            "3000",
            "a",
            "update",
            "changed",
            ["name"],
            None,
            [{"option": "name", "before": "Reception", "after": "Front desk"}],
        ),
        run_report.Change("3001", None, "create", "changed", ["name"]),
        run_report.Change("3002", None, "create", "failed", ["name"], "refused <img src=x onerror=alert(1)>"),
    ]
    summary = {"create": 1, "update": 1, "delete": 0, "none": 7, "failed": 1, "skipped": 0}
    task = run_report.TaskReport("office", "All", "vmboxes", False, "failed", "1 failed", None, [], summary, changes)
    nothing = dict.fromkeys(summary, 0)
    other = run_report.TaskReport("works", "Rest", "vmbox", False, "failed", "no login", None, [], nothing, [])
    # The search leaves its tables alone.
    lost = {"option": "kazoo.include_transcription_on_notify", "value": "a-long-value-" * 8, "reason": "no such field"}
    migration = {
        "host": "office",
        "source": "kazoo",
        "target": "onsip",
        "carried": 2,
        "left_out": [{"mailbox": "sales", "reason": "its number must be a number"}],
        "losses": [{**lost, "instead": None, "usual": usual, "mailboxes": ["3000"]} for usual in (False, True)],
        "renamed": {"description": "name"},
        "unused_overrides": ["7777"],
    }
    context = run_report.RunContext("Mailboxes", migrations=[migration])
    return page(run_report.as_report(context, "2026-01-02T03:04:05Z", [task, other]))


def shown(folder: pathlib.Path, *options: str, width: int = 1200, actions: str = "") -> tuple[str, pathlib.Path]:
    """Open the page, and return the browser's document and a screenshot."""
    text = example_page()
    file, picture = folder / "page.html", folder / "page.png"
    # The page allows inline scripts, so the input can be simulated by one.
    file.write_text(text.replace("</body>", actions or "</body>"), encoding="utf-8")
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
        *options,
    ]
    for last in ("--dump-dom", f"--screenshot={picture}"):
        done = subprocess.run(
            [*command, f"--window-size={width},900", last, file.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        if last == "--dump-dom":
            document = done.stdout
    return document, picture


def test_search_and_filters_by_keyboard(tmp_path: pathlib.Path) -> None:
    document, picture = shown(tmp_path, actions=ACTIONS)
    title = re.search(r"<title>(.*)</title>", document)
    assert title is not None
    # Failures come first. A failed creation stays visible when creations are hidden, and so does a task that failed as
    # a whole, which no count includes.
    assert title[1] == '["search",["3000"],"1 of 4 shown",["3002","-","3000"],"rgb(255, 255, 255)"]'
    assert "<img" not in document
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    assert (width, height) == (1200, 900)


def test_the_page_fits_a_narrow_dark_screen(tmp_path: pathlib.Path) -> None:
    reading = """<script>
    const style = name => getComputedStyle(document.querySelector(name));
    document.title = [style("body").backgroundColor, document.body.scrollWidth <= innerWidth, style("tr td").display];
    </script></body>"""
    document, _picture = shown(tmp_path, "--blink-settings=preferredColorScheme=0", width=500, actions=reading)
    # No horizontal scrolling is necessary.
    assert "<title>rgb(18, 22, 29),true,block</title>" in document


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_the_page_fits_wide_and_narrow_screens(tmp_path: pathlib.Path, is_dark: bool) -> None:
    file = tmp_path / "page.html"
    file.write_text(example_page(), encoding="utf-8")
    with browser.browse() as running:
        opened = running.page()
        for width in (1280, 390):
            opened.open(file.as_uri(), browser.View(width, is_dark=is_dark))
            assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            background = opened.evaluate("getComputedStyle(document.body).backgroundColor")
            assert background == ("rgb(18, 22, 29)" if is_dark else "rgb(255, 255, 255)")
            assert opened.errors == []
