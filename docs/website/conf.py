# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration of Sphinx for the website. `tests/tools/build_docs.py` assembles the pages."""

from __future__ import annotations

import typing as t

from docutils import nodes

project = "telephony.voicemail"
copyright = "telephony.voicemail contributors"  # noqa: A001 - the name that Sphinx reads
html_title = "telephony.voicemail"
html_baseurl = "https://telephony.github.io/voicemail/"
extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx_copybutton"]
exclude_patterns = ["files"]
default_role = "any"
highlight_language = "yaml+jinja"
pygments_style = "friendly"
pygments_dark_style = "github-dark"

myst_heading_anchors = 4
myst_enable_extensions = ["strikethrough"]

copybutton_prompt_text = "$ "

html_theme = "furo"
html_favicon = "static/favicon.svg"
html_static_path = ["static"]
html_css_files = ["website.css"]
html_js_files = [("recording.js", {"defer": "defer"})]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5cad", "color-brand-content": "#0b5cad"},
    "dark_css_variables": {"color-brand-primary": "#7cc4ff", "color-brand-content": "#7cc4ff"},
    "footer_icons": [
        {"name": "Source code", "url": "https://github.com/telephony/voicemail", "html": "Source code", "class": ""}
    ],
}

#: Ansible's own documentation, and the labels of it that the generated pages refer to. Building needs no network.
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest/"
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "inventory_plugins": "plugins/inventory.html",
    "lookup_plugins": "plugins/lookup.html",
}
BUILTIN = "ansible_collections.ansible.builtin."


def address(kind: str, target: str) -> str | None:
    """Return the address of a reference to Ansible's own documentation, or None for any other."""
    if kind == "envvar" and target.startswith("ANSIBLE_"):
        return f"{ANSIBLE}reference_appendices/config.html#envvar-{target}"
    if kind == "ref" and target.startswith(BUILTIN):
        return f"{ANSIBLE}collections/ansible/builtin/{target.removeprefix(BUILTIN)}.html"
    return ANSIBLE + LABELS[target] if kind == "ref" and target in LABELS else None


def refer_to_ansible(_app: t.Any, _environment: t.Any, node: t.Any, content: t.Any) -> nodes.reference | None:
    """Resolve a reference to Ansible's own documentation."""
    found = address(str(node.get("reftype")), str(node.get("reftarget")))
    return nodes.reference("", "", content, refuri=found, internal=False) if found else None


def setup(app: t.Any) -> None:
    """Register the handler of references that no page of this site resolves."""
    app.connect("missing-reference", refer_to_ansible)
