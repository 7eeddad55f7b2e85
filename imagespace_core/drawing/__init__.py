"""Pictures for files and print, drawn without a browser: the same marks as SVG and as PNG."""
