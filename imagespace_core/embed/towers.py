"""Models of two encoders that share a space, one for images and one for sentences (CLIP, SigLIP)."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.onnx import OnnxEmbedder, file_digest, open_session, unit_rows
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import HubUnreachableError, ModelError

VISION, TEXT, TOKENIZER = "vision_model.onnx", "text_model.onnx", "tokenizer.json"


class Towers(ABC):
    """Embedder and TextEmbedder. Each encoder is fetched and loaded when it is first used, and only then.

    model_dir: a folder with vision_model.onnx, text_model.onnx and tokenizer.json; None: the hub.

    Every method raises ModelError where a file is missing or not what the model needs, and HubUnreachableError
    where one has to be downloaded and cannot be.
    """

    name: str
    size: int
    preprocess: Preprocess
    image_output: str
    text_output: str

    def __init__(self, model_dir: Path | None = None, *, device: str = "auto", threads: int | None = None) -> None:
        self.model_dir = model_dir
        self.device = device
        self.threads = threads
        self.min_side, self.channels = self.preprocess.min_side, self.preprocess.channels

    @property
    @abstractmethod
    def files(self) -> Mapping[str, HubFile]:
        """The three files on the hub, by the names they have in a folder."""

    @abstractmethod
    def open_tokenizer(self, path: Path, length: int | None) -> Any:
        """A `tokenizers.Tokenizer` whose every sentence has the same number of tokens, `length` if the model says."""

    def normalize(self, sentence: str) -> str:
        """What the tokenizer gets for a sentence."""
        return sentence

    def fetch(self) -> None:
        """Sees to it that all three files are there: sentences can be searched later without network."""
        for file in self.files:
            self._path(file)

    @property
    def fingerprint(self) -> str:
        """sha256 over the image encoder's bytes and its preprocessing; fetches that file if need be."""
        return self._fingerprint

    def prepare(self, pixels: np.ndarray) -> np.ndarray:
        """uint8 (h, w, c) -> uint8 (side, side, 3). Thread-safe."""
        return self.preprocess.prepare(pixels)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        """Prepared uint8 (n, side, side, 3) -> float32 (n, size), rows of unit length."""
        return self._vision.embed(batch)

    def __call__(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """uint8 images (h, w, c) of any sizes -> float32 (n, size), rows of unit length."""
        return self._vision(images)

    def embed_text(self, sentences: Sequence[str]) -> np.ndarray:
        """Sentences -> float32 (n, size), rows of unit length. What is longer than the model reads is cut."""
        return self._text([self.normalize(sentence) for sentence in sentences])

    @cached_property
    def _fingerprint(self) -> str:
        digest = file_digest(self._path(VISION))
        return hashlib.sha256(f"{digest} {self.preprocess} {self.image_output}".encode()).hexdigest()

    @cached_property
    def _vision(self) -> OnnxEmbedder:
        path = self._path(VISION)
        vision = OnnxEmbedder(
            path,
            self.preprocess,
            name=self.name,
            output_name=self.image_output,
            device=self.device,
            threads=self.threads,
        )
        if vision.size != self.size or vision.preprocess != self.preprocess:
            raise ModelError(
                f"{path} turns images of {vision.preprocess.side} pixels into {vision.size} numbers; "
                f"{self.name} has {self.preprocess.side} and {self.size}. "
                f"Give the folder of {self.name}, or the file as --model."
            )
        return vision

    @cached_property
    def _text(self) -> _TextEncoder:
        return _TextEncoder(self, self._path(TEXT), self._path(TOKENIZER))

    def _path(self, file: str) -> Path:
        if self.model_dir is not None:
            path = self.model_dir / file
            if not path.is_file():
                raise ModelError(f"{path} is not there; --model-dir needs {', '.join(self.files)}.")
            return path
        try:
            return self.files[file].fetch()
        except HubUnreachableError as error:
            raise HubUnreachableError(
                f"{error} Use --model-dir DIR with {', '.join(self.files)}, or --model efficientnet-lite0."
            ) from error


class _TextEncoder:
    """Tokenizer and text model: input_ids [and attention_mask], int64 or int32 (n, tokens) -> (n, size)."""

    def __init__(self, towers: Towers, model: Path, tokenizer: Path) -> None:
        self.towers = towers
        self.model = model
        self.session = open_session(model, device=towers.device, threads=towers.threads)
        inputs = {node.name: node for node in self.session.get_inputs()}
        outputs = [node.name for node in self.session.get_outputs()]
        if "input_ids" not in inputs or inputs.keys() - {"input_ids", "attention_mask"}:
            raise ModelError(f"{model} takes {', '.join(inputs)}; expected input_ids [and attention_mask].")
        if towers.text_output not in outputs:
            raise ModelError(
                f"{model} gives {', '.join(outputs)}; expected {towers.text_output}. Export it with projection."
            )
        self.inputs = {name: np.int32 if node.type == "tensor(int32)" else np.int64 for name, node in inputs.items()}
        length = inputs["input_ids"].shape[-1]
        self.tokenizer = towers.open_tokenizer(tokenizer, length if isinstance(length, int) else None)

    def __call__(self, sentences: Sequence[str]) -> np.ndarray:
        size = self.towers.size
        if not sentences:
            return np.empty((0, size), np.float32)
        tokens = self.tokenizer.encode_batch(list(sentences))
        columns = {
            "input_ids": [encoding.ids for encoding in tokens],
            "attention_mask": [encoding.attention_mask for encoding in tokens],
        }
        feed = {name: np.array(columns[name], dtype) for name, dtype in self.inputs.items()}
        vectors = np.asarray(self.session.run([self.towers.text_output], feed)[0])
        if vectors.shape != (len(sentences), size):
            raise ModelError(
                f"{self.model} turns {len(sentences)} sentences into {vectors.shape}; expected "
                f"{(len(sentences), size)}. Give the text encoder that belongs to {self.towers.name}."
            )
        return unit_rows(vectors, model=self.towers.name, subjects="sentence")


def read_tokenizer(path: Path, special: Sequence[str], expected: str) -> tuple[Any, list[int]]:
    """A `tokenizers.Tokenizer` and the ids of its special tokens.

    Raises ModelError where the file is none, or lacks one of them: it is another model's then.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing narrower
        raise ModelError(f"{path} is no tokenizer file ({error}); expected {expected}.") from error
    ids = []
    for token in special:
        found = tokenizer.token_to_id(token)
        if found is None:
            raise ModelError(f"{path} has no token {token}; expected {expected}.")
        ids.append(found)
    return tokenizer, ids
