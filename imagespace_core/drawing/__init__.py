"""Drawings for files and print, made without a browser: the same marks as SVG and as PNG."""
