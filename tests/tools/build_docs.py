# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the website in `site/`, without a network: `make docs`.

The generated parts of pages are updated first. With --check nothing is written, and the exit status is 1 if a page
is out of date.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import sys

import generate_docs
import website
from ansible_collections.telephony.voicemail.plugins.module_utils.capabilities import WORDS
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from workspace import CACHE, ROOT, environment, link_collection

GUIDES = ROOT / "docs" / "docsite" / "rst"
SITE = ROOT / "site"
WORK = CACHE / "docsite"
FEATURES = (".. features: start\n", ".. features: end\n")
START, END = ".. generated: start\n", ".. generated: end\n"
COLLECTION = "telephony.voicemail"
COPIES = {
    "examples/office/.github/workflows/voicemail.yml": "docs/pipelines/github.yml",
    "examples/fleet/.gitlab-ci.yml": "docs/pipelines/gitlab-ci.yml",
}


def list_table(rows: list[list[str]], widths: str = "") -> str:
    """Return a table in RST; the first row is the heading."""
    lines = [".. list-table::", "   :header-rows: 1", *([f"   :widths: {widths}"] if widths else []), ""]
    for row in rows:
        lines += [f"   {'* - ' if not position else '  - '}{cell}" for position, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def support_table() -> str:
    """Return the table of options that each vendor supports."""
    lines = [line.strip("|").split("|") for line in generate_docs.support_table().splitlines()]
    return list_table([[cell.strip().replace("`", "``") for cell in row] for row in lines if set(row[0]) != {"-"}])


def feature_table() -> str:
    """Return the table of features that each vendor supports, by the interfaces of its drivers."""
    rows = [["feature", *(vendor(name).title for name in NAMES)]]
    for interface, words in WORDS.items():
        for resource in RESOURCES if "{resource}" in words else (None,):
            can = [vendor(name).implements(interface, resource) for name in NAMES]
            text = words.format(resource=resource)
            if any(can):
                rows.append([f"{text[0].upper()}{text[1:]}", *("yes" if yes else "no" for yes in can)])
    readers = [messages() if (messages := vendor(name).messages) else None for name in NAMES]
    statuses = [", ".join(reader.statuses) if reader and reader.statuses else "no" for reader in readers]
    rows.append(["Show the status of a message", *statuses])
    return list_table(rows)


def refusals(name: str) -> str:
    """Return the shared options that a vendor does not support, with the reasons."""
    rows = [["option", "why"]]
    for option, reason in vendor(name).tables["mailbox"].refused.items():
        if "." not in option and option not in ("create", name):
            text = reason.replace("`", "``")
            rows.append([f"``{option}``", f"{text[0].upper()}{text[1:]}."])
    return list_table(rows, "25 75")


def generated() -> dict[pathlib.Path, str]:
    """Return every page with a generated part, as it should be."""
    parts = {GUIDES / "support.rst": support_table()}
    parts |= {GUIDES / f"vendor_{name}.rst": refusals(name) for name in NAMES}
    pages = {}
    for path, part in parts.items():
        before, _start, rest = path.read_text(encoding="utf-8").partition(START)
        after = rest.partition(END)[2]
        pages[path] = f"{before}{START}\n{part}\n{END}{after}"
    support = GUIDES / "support.rst"
    before, start, rest = pages[support].partition(FEATURES[0])
    pages[support] = f"{before}{start}\n{feature_table()}\n{FEATURES[1]}{rest.partition(FEATURES[1])[2]}"
    # Example repositories contain the published pipelines.
    for copy, original in COPIES.items():
        pages[ROOT / copy] = (ROOT / original).read_text(encoding="utf-8")
    return pages


def run(*command: str | pathlib.Path) -> str:
    """Run a program in the working folder and return its output; end with it if the program fails."""
    done = subprocess.run(
        command, cwd=WORK, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{command[0]} failed with status {done.returncode}")
    return done.stdout


def prepare() -> None:
    """Create the source of the site in a separate folder."""
    shutil.rmtree(WORK, ignore_errors=True)
    # antsibull-docs refuses folders that others can write to.
    (WORK / "rst").mkdir(mode=0o755, parents=True)
    configuration = ("--config-file", website.WEBSITE / "antsibull-docs.cfg")
    common = ("--use-current", "--squash-hierarchy", "--cleanup", "everything", "--dest-dir", WORK / "rst")
    run("antsibull-docs", *configuration, "collection", *common, COLLECTION)
    website.assemble(WORK / "rst")


def build(folder: pathlib.Path) -> list[str]:
    """Build the site into a folder and return the warnings."""
    warnings = WORK / "warnings.txt"
    command = (sys.executable, "-m", "sphinx", "-q", "-b", "html", "-j", "2", "-c", website.WEBSITE, "-w", warnings)
    run(*command, "-d", WORK / "doctrees", WORK / "rst", WORK / "html")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(WORK / "html", folder, ignore=shutil.ignore_patterns(".buildinfo"))
    return [line.replace(f"{WORK}/", "") for line in warnings.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Update the pages and build, or report which pages are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is out of date")
    parser.add_argument("--pages", action="store_true", help="only bring the pages up to date")
    options = parser.parse_args()
    stale = {path: text for path, text in generated().items() if path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        print(f"{'out of date' if options.check else 'written'}: {path.relative_to(ROOT)}")
        if not options.check:
            path.write_text(text, encoding="utf-8")
    if options.check or options.pages:
        return 1 if options.check and stale else 0
    link_collection()
    prepare()
    warnings = build(SITE)
    print("\n".join(warnings) or f"The website is in {(SITE / 'index.html').relative_to(ROOT)}")
    return 1 if warnings else 0


if __name__ == "__main__":
    sys.exit(main())
