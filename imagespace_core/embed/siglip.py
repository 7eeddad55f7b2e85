"""SigLIP 2 base: images and sentences in many languages in one space.

M. Tschannen et al., "SigLIP 2: Multilingual Vision-Language Encoders with Improved Semantic Understanding,
Localization, and Dense Features", 2025. The weights are Google's (Apache-2.0) in a public ONNX export, which names
no licence of its own. Revision and sha256 values are those that public projects pin for these files; no machine that
built ImageSpace could download them to see.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.embed.towers import TEXT, TOKENIZER, VISION, Towers, read_tokenizer

NAME = "siglip2-base"
SIZE = 768
CONTEXT_TOKENS = 64
REPOSITORY = "onnx-community/siglip2-base-patch16-224-ONNX"
REVISION = "ba1f3b0843f24bc5417d38e19c37b287d719b2f4"
HUB_FILES = {
    VISION: HubFile(
        REPOSITORY,
        REVISION,
        "onnx/vision_model.onnx",
        "c0573e3f4140c3a7c4e9cc5912bd6b26a033b46a6a8e8af26cbea262b163bcad",
    ),
    TEXT: HubFile(
        REPOSITORY,
        REVISION,
        "onnx/text_model.onnx",
        "baf12d941beabafafb14f7b4adb38dc15be18681b964a84410ec53d9d65e6293",
    ),
    TOKENIZER: HubFile(
        REPOSITORY,
        REVISION,
        "tokenizer.json",
        "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322",
    ),
}
PREPROCESS = Preprocess(side=224, crop="squash", interpolation="bilinear", mean=(0.5,), std=(0.5,))


class SigLip2(Towers):
    """Sentences of up to 64 tokens, in small letters, as in training; the whole image is seen, stretched square."""

    name = NAME
    size = SIZE
    preprocess = PREPROCESS
    image_output = "pooler_output"
    text_output = "pooler_output"

    @property
    def files(self) -> Mapping[str, HubFile]:
        return HUB_FILES

    def normalize(self, sentence: str) -> str:
        return sentence.lower()

    def open_tokenizer(self, path: Path, length: int | None) -> Any:
        """Every sentence ends in <eos>, also a cut one, and is padded: the model reads its vector at the last token,
        whatever it is, so that another length would be another vector."""
        from tokenizers.processors import TemplateProcessing

        tokenizer, (pad, end) = read_tokenizer(path, ["<pad>", "<eos>"], "the tokenizer.json of SigLIP 2")
        tokenizer.post_processor = TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", end)])
        tokenizer.enable_truncation(length or CONTEXT_TOKENS)
        tokenizer.enable_padding(length=length or CONTEXT_TOKENS, pad_id=pad, pad_token="<pad>")
        return tokenizer
