"""Embedders: models that turn images, and some also sentences, into vectors, run by ONNX Runtime."""

from __future__ import annotations

from imagespace_core.embed.embedder import Embedder, TextEmbedder

__all__ = ["Embedder", "TextEmbedder"]
