"""ImageSpace: see, search and explore a large image collection."""

__version__ = "0.1.0"
