"""Images (and sentences) to vectors, in ONNX Runtime."""

from __future__ import annotations

from imagespace_core.embed.embedder import Embedder, TextEmbedder

__all__ = ["Embedder", "TextEmbedder"]
