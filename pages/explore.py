"""Explore: the map, the image that was clicked, the clusters, and what is selected."""

from imagespace_core.app.explore.page import page

page()
