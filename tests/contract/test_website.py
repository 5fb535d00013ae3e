# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The website builds without warnings, has no dead links, and renders wide, narrow, light and dark."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import html
import http.server
import os
import pathlib
import re
import threading
import typing as t
import urllib.parse

import browser
import build_docs
import pytest
import website
import yaml
from workspace import ROOT, link_collection

ADDRESS = "https://telephony.github.io/voicemail/"
PAGES = (
    "index.html",
    "recording.html",
    "docsite/guide_gitops.html",
    "docsite/vendor_kazoo.html",
    "vmboxes_module.html",
    "playbook_plan.html",
    "event_source.html",
    "example_office.html",
    "benchmarks.html",
    "search.html?q=prune",
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Build the website once for all processes of this run."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    folder = shared / "website"
    with (shared / "website.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            link_collection()
            build_docs.prepare()
            (shared / "website.warnings").write_text("\n".join(build_docs.build(folder)))
    return folder


@contextlib.contextmanager
def serve(folder: pathlib.Path) -> t.Iterator[str]:
    """Serve a folder on a free port, like the forge."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: t.Any) -> None:
            """Print nothing."""

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_build_has_no_warning(site: pathlib.Path) -> None:
    assert (site.parent / "website.warnings").read_text() == ""


def test_the_site_has_no_dead_link(site: pathlib.Path) -> None:
    dead = []
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"#]+)', text):
            target = urllib.parse.urlsplit(html.unescape(link))
            if not target.scheme and target.path and not (page.parent / urllib.parse.unquote(target.path)).exists():
                dead.append(f"{page.relative_to(site)}: {link}")
    assert dead == []


def test_every_part_of_the_collection_has_a_page(site: pathlib.Path) -> None:
    pages = [f"playbook_{path.stem}" for path in ROOT.glob("playbooks/*.yml")]
    pages += [f"{path.stem}_module" for path in ROOT.glob("plugins/modules/*.py") if path.stem != "__init__"]
    pages += [f"{path.parent.name}_role" for path in ROOT.glob("roles/*/README.md")]
    pages += [f"example_{folder.name}" for folder in website.example_folders()]
    pages += ["event_source", "changelog", "security", "contributing"]
    assert len(pages) > 30
    assert [page for page in pages if not (site / f"{page}.html").is_file()] == []
    source = (site / "event_source.html").read_text(encoding="utf-8")
    assert all(f">{option}</span>" in source for option in ("state_file", "webhook", "certfile"))
    assert "new_voicemail" in source


def readme_targets() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"\]\(([^)]+)\)", text)


def test_links_of_the_readme_work_on_galaxy(site: pathlib.Path) -> None:
    """Check that links and pictures are absolute, because Galaxy only shows the file."""
    targets = readme_targets()
    assert len(targets) > 20
    assert [target for target in targets if not target.startswith("https://")] == []
    # The coverage badge is added when the site is published.
    pages = [target.removeprefix(ADDRESS) for target in targets if target.startswith(ADDRESS)]
    pages = [page for page in pages if page and not page.startswith("coverage")]
    assert len(pages) > 15
    assert [page for page in pages if not (site / page.partition("#")[0]).is_file()] == []
    for kind in (r"https://raw\.githubusercontent\.com/telephony/voicemail/main/", website.REPOSITORY + "/blob/main/"):
        files = [match[1] for target in targets if (match := re.fullmatch(f"{kind}(.+)", target))]
        assert files, kind
        assert [name for name in files if not (ROOT / name).is_file()] == []
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["documentation"] == ADDRESS


def test_the_readme_names_no_command_that_needs_a_checkout() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\$ make\b|`make ", text, re.M) == []


READING = """
(() => ({
  overflow: document.documentElement.scrollWidth - innerWidth,
  sections: [...document.querySelectorAll(".sidebar-tree .caption-text")].map(part => part.textContent),
  links: document.querySelectorAll(".sidebar-tree a").length,
  background: getComputedStyle(document.body).backgroundColor,
  broken: [...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src),
  blocks: document.querySelectorAll("div.highlight pre").length,
  buttons: document.querySelectorAll("button.copybtn").length,
  complaint: document.body.textContent.includes("Adding a table of contents"),
}))()
"""
SEARCHING = """
new Promise(resolve => {
  const look = () => document.querySelector("#search-results li a") ? resolve(true) : setTimeout(look, 20);
  look();
})
"""


@pytest.mark.skipif(browser.PROGRAM is None, reason="this machine has no chromium to render the site")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_the_site_renders_in_a_browser(site: pathlib.Path, width: int, is_dark: bool) -> None:
    with serve(site) as address, browser.browse() as running:
        page = running.page()
        for name in PAGES:
            page.open(address + name, browser.View(width, is_dark=is_dark))
            found = page.evaluate(READING)
            assert found["overflow"] <= 0, name
            assert found["sections"] == list(website.sections()), name
            assert found["links"] > 50, name
            assert found["broken"] == [], name
            assert found["buttons"] == found["blocks"], name
            assert not found["complaint"], name
            # Light text on a dark background, or the reverse.
            assert (sum(map(int, re.findall(r"\d+", found["background"])[:3])) < 200) is is_dark, name
            if name.startswith("search"):
                assert page.evaluate(SEARCHING)
            assert page.errors == [], name


@pytest.mark.skipif(browser.PROGRAM is None, reason="this machine has no chromium to render the site")
def test_the_recording_can_be_paused_and_played(site: pathlib.Path) -> None:
    position = "document.querySelector('.recording input').value"
    button = "document.querySelector('.recording button')"
    with serve(site) as address, browser.browse() as running:
        page = running.page()
        page.open(f"{address}recording.html", browser.View())
        assert page.evaluate(f"{button}.click(), {button}.textContent") == "Play"
        seek = "document.querySelector('.recording input')"
        page.evaluate(f"{seek}.value = 1000, {seek}.dispatchEvent(new Event('input'))")
        assert page.evaluate(position) == "1000"
        assert page.evaluate(f"{button}.textContent") == "Play again"
        last = "[...document.querySelectorAll('.recording svg g.l')].at(-1)"
        assert page.evaluate(f"getComputedStyle({last}).visibility") == "visible"
        assert page.evaluate(f"{seek}.value = 0, {seek}.dispatchEvent(new Event('input'))") is True
        assert page.evaluate(f"getComputedStyle({last}).visibility") == "hidden"
