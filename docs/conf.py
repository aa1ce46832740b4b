"""Sphinx: MyST pages and notebooks, numpydoc docstrings, warnings as errors (see the Makefile)."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

project = "tripplan"
author = "the tripplan authors"
copyright = "the tripplan authors, MIT licence"  # noqa: A001 - the name that Sphinx reads
release = version = installed_version("tripplan")

sys.path.insert(0, str(Path(__file__).parent))
extensions = [
    "myst_nb",
    "numpydoc",
    "record_table",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

# The notebooks of the gallery run at each build: what they show is what this version does.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 900  # the first plan of a new version compiles for minutes
nb_merge_streams = True

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "furo"
html_title = f"tripplan {release}"
html_show_sourcelink = False
