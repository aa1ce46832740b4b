"""Sphinx: MyST pages, numpydoc docstrings, warnings as errors (see the Makefile)."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

project = "tripplan"
author = "the tripplan authors"
copyright = "the tripplan authors, MIT licence"  # noqa: A001 - the name that Sphinx reads
release = version = installed_version("tripplan")

sys.path.insert(0, str(Path(__file__).parent))
extensions = [
    "myst_parser",
    "numpydoc",
    "record_table",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "furo"
html_title = f"tripplan {release}"
html_show_sourcelink = False
