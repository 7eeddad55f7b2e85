"""Search: images, an upload or a sentence in; the nearest images out, and where they lie on the map."""

from imagespace_core.app.search.page import page

page()
