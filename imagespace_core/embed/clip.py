"""CLIP ViT-B/32: images and sentences in one space.

A. Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021.
The weights are OpenAI's (MIT licence) in an ONNX export. Revision and sha256 values are those that public
projects pin for these files, all alike; no machine that built ImageSpace could download them to see.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.embed.towers import TEXT, TOKENIZER, VISION, Towers, read_tokenizer

NAME = "clip-vit-b32"
SIZE = 512
CONTEXT_TOKENS = 77
REPOSITORY = "Xenova/clip-vit-base-patch32"
REVISION = "d15189d7028b43f1d3e65039190477f6af591c2a"
HUB_FILES = {
    VISION: HubFile(
        REPOSITORY,
        REVISION,
        "onnx/vision_model.onnx",
        "fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40",
    ),
    TEXT: HubFile(
        REPOSITORY,
        REVISION,
        "onnx/text_model.onnx",
        "3f6571f5bad13a97c469c1622e1cfc4d9aef78b79fdbfcff804ca357bfada8cc",
    ),
    TOKENIZER: HubFile(
        REPOSITORY,
        REVISION,
        "tokenizer.json",
        "f7f3b7af117d467b58374797691a6438d3e6b9e9cef800dfd5dced7f697a90cd",
    ),
}
PREPROCESS = Preprocess(
    side=224,
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
)


class Clip(Towers):
    """Sentences of up to 77 tokens."""

    name = NAME
    size = SIZE
    preprocess = PREPROCESS
    image_output = "image_embeds"
    text_output = "text_embeds"

    @property
    def files(self) -> Mapping[str, HubFile]:
        return HUB_FILES

    def open_tokenizer(self, path: Path, length: int | None) -> Any:
        tokenizer, (end,) = read_tokenizer(path, ["<|endoftext|>"], "CLIP's tokenizer.json")
        tokenizer.enable_truncation(length or CONTEXT_TOKENS)
        # The model reads its vector at the first end token and attends to nothing after it, so padding with
        # that token changes nothing.
        tokenizer.enable_padding(length=length or CONTEXT_TOKENS, pad_id=end, pad_token="<|endoftext|>")
        return tokenizer
