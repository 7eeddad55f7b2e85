"""Overview: what is in the workspace, how it was made, and how far its maps and index can be trusted."""

from imagespace_core.app.overview.page import page

page()
