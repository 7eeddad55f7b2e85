"""CLIP ViT-B/32: images and sentences in one space.

A. Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021.
The weights are OpenAI's (MIT licence) in an ONNX export. Revision and sha256 values are those that public
projects pin for these files, all alike; no machine that built ImageSpace could download them to see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.onnx import OnnxEmbedder, file_digest, open_session, unit_rows
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import HubUnreachableError, ModelError

NAME = "clip-vit-b32"
SIZE = 512
CONTEXT_TOKENS = 77
REPOSITORY = "Xenova/clip-vit-base-patch32"
REVISION = "d15189d7028b43f1d3e65039190477f6af591c2a"
VISION, TEXT, TOKENIZER = "vision_model.onnx", "text_model.onnx", "tokenizer.json"
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


class Clip:
    """Embedder and TextEmbedder. Each encoder is fetched and loaded when it is first used, and only then.

    model_dir: a folder with vision_model.onnx, text_model.onnx and tokenizer.json; None: the hub.

    Every method raises ModelError where a file is missing or not what CLIP needs, and HubUnreachableError
    where one has to be downloaded and cannot be.
    """

    name = NAME
    size = SIZE
    min_side = PREPROCESS.min_side

    def __init__(self, model_dir: Path | None = None, *, device: str = "auto", threads: int | None = None) -> None:
        self.model_dir = model_dir
        self.device = device
        self.threads = threads

    def fetch(self) -> None:
        """Sees to it that all three files are there: sentences can be searched later without network."""
        for file in HUB_FILES:
            self._path(file)

    @property
    def fingerprint(self) -> str:
        """sha256 over the image encoder's bytes and its preprocessing; fetches that file if need be."""
        return self._fingerprint

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 (h, w, c) -> uint8 (224, 224, 3). Thread-safe."""
        return PREPROCESS.prepare(pixels)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        """Prepared uint8 (n, 224, 224, 3) -> float32 (n, 512), rows of unit length."""
        return self._vision.embed(batch)

    def __call__(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """uint8 images (h, w, c) of any sizes -> float32 (n, 512), rows of unit length."""
        return self._vision(images)

    def embed_text(self, sentences: Sequence[str]) -> np.ndarray:
        """Sentences -> float32 (n, 512), rows of unit length. What is longer than 77 tokens is cut."""
        return self._text(sentences)

    @cached_property
    def _fingerprint(self) -> str:
        digest = file_digest(self._path(VISION))
        return hashlib.sha256(f"{digest} {PREPROCESS} image_embeds".encode()).hexdigest()

    @cached_property
    def _vision(self) -> OnnxEmbedder:
        path = self._path(VISION)
        vision = OnnxEmbedder(
            path,
            PREPROCESS,
            name=NAME,
            output_name="image_embeds",
            device=self.device,
            threads=self.threads,
        )
        if vision.size != SIZE or vision.preprocess != PREPROCESS:
            raise ModelError(
                f"{path} turns images of {vision.preprocess.side} pixels into {vision.size} numbers; "
                f"{NAME} has {PREPROCESS.side} and {SIZE}. "
                "Give the folder of CLIP ViT-B/32, or the file as --model."
            )
        return vision

    @cached_property
    def _text(self) -> _TextEncoder:
        return _TextEncoder(self._path(TEXT), self._path(TOKENIZER), device=self.device, threads=self.threads)

    def _path(self, file: str) -> Path:
        if self.model_dir is not None:
            path = self.model_dir / file
            if not path.is_file():
                raise ModelError(f"{path} is not there; --model-dir needs {', '.join(HUB_FILES)}.")
            return path
        try:
            return HUB_FILES[file].fetch()
        except HubUnreachableError as error:
            raise HubUnreachableError(
                f"{error} Use --model-dir DIR with {', '.join(HUB_FILES)}, or --model efficientnet-lite0."
            ) from error


class _TextEncoder:
    """Tokenizer and text model: input_ids [and attention_mask], int64 or int32 (n, 77) -> text_embeds."""

    def __init__(self, model: Path, tokenizer: Path, *, device: str, threads: int | None) -> None:
        self.model = model
        self.session = open_session(model, device=device, threads=threads)
        inputs = {node.name: node for node in self.session.get_inputs()}
        outputs = [node.name for node in self.session.get_outputs()]
        if "input_ids" not in inputs or inputs.keys() - {"input_ids", "attention_mask"}:
            raise ModelError(f"{model} takes {', '.join(inputs)}; expected input_ids [and attention_mask].")
        if "text_embeds" not in outputs:
            raise ModelError(f"{model} gives {', '.join(outputs)}; expected text_embeds. Export it with projection.")
        self.inputs = {name: np.int32 if node.type == "tensor(int32)" else np.int64 for name, node in inputs.items()}
        length = inputs["input_ids"].shape[-1]
        self.tokenizer = _open_tokenizer(tokenizer, length if isinstance(length, int) else CONTEXT_TOKENS)

    def __call__(self, sentences: Sequence[str]) -> np.ndarray:
        if not sentences:
            return np.empty((0, SIZE), np.float32)
        tokens = self.tokenizer.encode_batch(list(sentences))
        columns = {
            "input_ids": [encoding.ids for encoding in tokens],
            "attention_mask": [encoding.attention_mask for encoding in tokens],
        }
        feed = {name: np.array(columns[name], dtype) for name, dtype in self.inputs.items()}
        vectors = np.asarray(self.session.run(["text_embeds"], feed)[0])
        if vectors.shape != (len(sentences), SIZE):
            raise ModelError(
                f"{self.model} turns {len(sentences)} sentences into {vectors.shape}; expected "
                f"{(len(sentences), SIZE)}. Give the text encoder that belongs to {NAME}."
            )
        return unit_rows(vectors, model=NAME, subjects="sentence")


def _open_tokenizer(path: Path, length: int) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing narrower
        raise ModelError(f"{path} is no tokenizer file ({error}); expected CLIP's tokenizer.json.") from error
    end = tokenizer.token_to_id("<|endoftext|>")
    if end is None:
        raise ModelError(f"{path} has no token <|endoftext|>; expected CLIP's tokenizer.json.")
    tokenizer.enable_truncation(length)
    # The model reads its vector at the first end token and attends to nothing after it, so padding with
    # that token changes nothing.
    tokenizer.enable_padding(length=length, pad_id=end, pad_token="<|endoftext|>")
    return tokenizer
