"""Evaluate: how well searching by examples finds what is labeled, where it finds it, and how subgroups lie."""

from imagespace_core.app.evaluate.page import page

page()
