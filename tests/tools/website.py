# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assemble the source of the website: guides, reference, documents of the repository, and the navigation."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import typing as t

import website_reference
import yaml
from workspace import ROOT

WEBSITE = ROOT / "docs" / "website"
DOCSITE = ROOT / "docs" / "docsite"
IMAGES = ROOT / "docs" / "images"
EXAMPLES = ROOT / "examples"
REPOSITORY = website_reference.REPOSITORY
#: The line of the front page that the navigation replaces.
MARKER = ".. navigation\n"
MARKDOWN_LINK = re.compile(r"(\]\()([^)#\s]*)(#[^)\s]*)?(\))")
#: A table of contents inside a page, which the theme shows at its side.
CONTENTS = re.compile(r"^\.\. contents::.*\n(?:   :.*\n)*", re.M)


class Page(t.NamedTuple):
    """A page of the navigation: its name in the source, its title in the sidebar, and the file it is a copy of."""

    name: str
    title: str | None = None
    file: str | None = None


def example_folders() -> list[pathlib.Path]:
    """Return the example repositories."""
    return sorted(path.parent for path in EXAMPLES.glob("*/README.md"))


def sections() -> dict[str, list[Page]]:
    """Return the pages of each section of the navigation."""
    guides = yaml.safe_load((DOCSITE / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = {section["title"]: [Page(f"docsite/{name}") for name in section["toctree"]] for section in guides}
    found = {}
    for section in yaml.safe_load((WEBSITE / "navigation.yml").read_text(encoding="utf-8")):
        pages = [Page(entry["page"], entry.get("title"), entry.get("file")) for entry in section.get("pages", [])]
        found[section["title"]] = listed.pop(section["title"], []) + pages
    if listed:
        raise ValueError(f"docs/website/navigation.yml has no section {', '.join(listed)}")
    return found


def copies() -> dict[str, str]:
    """Return the page of each document of the repository that is copied, by its path."""
    found = {page.file: page.name for pages in sections().values() for page in pages if page.file}
    found |= {f"{folder.relative_to(ROOT)}/README.md": f"example_{folder.name}" for folder in example_folders()}
    return found


def page_of(path: str) -> str | None:
    """Return the page that shows a file of the repository, if there is one."""
    guide = re.fullmatch(r"docs/docsite/rst/(\w+)\.rst", path)
    role = re.fullmatch(r"roles/(\w+)/README\.md", path)
    if guide or role:
        return f"docsite/{guide[1]}" if guide else f"{role[1]}_role" if role else None
    return copies().get(path)


def target_of(link: str, document: str) -> str:
    """Return the target of a document's link: a page of the site, or the repository."""
    if not link or "://" in link or link.startswith("mailto:"):
        return link
    path = os.path.normpath(os.path.join(os.path.dirname(document), link))  # noqa: PTH118, PTH120
    if link.endswith((".svg", ".png")) and (ROOT / path).is_file():
        return f"/files/{path}"
    if page := page_of(path):
        return f"/{page}"
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    if not (ROOT / path).exists():
        raise ValueError(f"{document}: the link {link} has no target")
    return f"{REPOSITORY}/{kind}/main/{path}"


def copied(text: str, document: str) -> str:
    """Return a document in Markdown, with its links as they are on the site."""
    return MARKDOWN_LINK.sub(lambda match: f"{match[1]}{target_of(match[2], document)}{match[3] or ''}{match[4]}", text)


def copy_documents(folder: pathlib.Path) -> None:
    """Copy the documents of the repository that are pages of the site."""
    for document, name in copies().items():
        text = (ROOT / document).read_text(encoding="utf-8")
        suffix = pathlib.PurePath(document).suffix
        (folder / f"{name}{suffix}").write_text(copied(text, document) if suffix == ".md" else text, encoding="utf-8")


def copy_files(folder: pathlib.Path) -> None:
    """Copy pictures, and the files that pages include."""
    # antsibull-docs copies only the pages.
    for picture in (DOCSITE / "rst").glob("*.svg"):
        shutil.copy(picture, folder / "docsite")
    for name in ("README.md", "docs/benchmarks.svg"):
        (folder / "files" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "files" / name)
    shutil.copytree(IMAGES, folder / "files" / "docs" / "images", dirs_exist_ok=True)


def navigation() -> str:
    """Return the tables of contents of the front page."""
    trees = []
    for title, pages in sections().items():
        entries = [f"{page.title} <{page.name}>" if page.title else page.name for page in pages]
        trees.append(website_reference.toctree(entries, title))
    return "\n\n".join(trees) + "\n"


def assemble(folder: pathlib.Path) -> None:
    """Complete the source of the site, starting from the pages of antsibull-docs."""
    # Its index is replaced by the front page and the pages of the reference.
    (folder / "index.rst").unlink(missing_ok=True)
    website_reference.write_reference(folder)
    examples = website_reference.examples_index(example_folders())
    (folder / "examples.rst").write_text(examples, encoding="utf-8")
    copy_documents(folder)
    copy_files(folder)
    for page in folder.glob("*.rst"):
        page.write_text(CONTENTS.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    for page in WEBSITE.glob("*.rst"):
        text = page.read_text(encoding="utf-8")
        (folder / page.name).write_text(text.replace(MARKER, navigation()), encoding="utf-8")
