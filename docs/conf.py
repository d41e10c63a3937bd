"""Sphinx settings: MyST pages, the furo theme, and a reference made from the code itself.

A warning is an error in `nox -s docs`, and references are nitpicky, so that a name, an anchor or a
page that has gone fails the build. External links are checked by `nox -s docs -- linkcheck`, which
only the scheduled workflow does.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

from creatoraudit import __version__  # noqa: E402 - the path comes first

project = "creatoraudit"
author = "creatoraudit contributors"
project_copyright = "creatoraudit contributors"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "commands",
    "members",
    "notebooks",
    "rules",
    "surface",
]
exclude_patterns = ["_build", "_extensions"]
default_role = "code"  # single backquotes in docstrings are code
nitpicky = True
nitpick_ignore_regex = [
    # Annotations are shown as they are written; these are aliases without a page of their own.
    ("py:.*", r"(Path|UUID)$"),
    ("py:.*", r"(collections\.abc|datetime|dt|os|pathlib|socket|types|typing|uuid)\..*"),
    ("py:.*", r"(pandas|polars|pyarrow)\..*"),
]

smartquotes = False  # two hyphens are an option, three dots are what was typed
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # attributes as a list: members of their own would be there twice
napoleon_custom_sections = []

# Nothing is fetched while building: names of other projects are shown, not linked.
intersphinx_mapping: dict[str, tuple[str, None]] = {}

copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_title = f"creatoraudit {release}"
html_show_copyright = False

linkcheck_timeout = 20
linkcheck_retries = 2
linkcheck_anchors = False  # the pages build theirs with scripts
linkcheck_ignore = [r"http://127\.0\.0\.1"]
