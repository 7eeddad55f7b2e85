"""Checkpoints: written whole or not at all, and read without running any code that they might hold."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch

from imagespace_core.errors import InputError, ModelError

FORMAT = 1
NAME = "checkpoint.pt"


@dataclass
class Checkpoint:
    """All that training needs to go on after an epoch.

    kind, architecture: what the model is built from. settings: what else decides the weights. epoch: the last that is
    done. model, optimizer, schedule: their states. best_epoch, best_loss, best: the model's state after the epoch with
    the least validation loss.
    """

    kind: str
    architecture: dict[str, Any]
    settings: dict[str, Any]
    epoch: int
    model: dict[str, torch.Tensor]
    optimizer: dict[str, Any]
    schedule: dict[str, Any]
    best_epoch: int
    best_loss: float
    best: dict[str, torch.Tensor]

    def write(self, path: Path) -> None:
        """Whole or not at all, also if the machine goes down meanwhile."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.tmp")
        # By way of memory: torch's own writing turns a full disk into an error that does not say so.
        whole = io.BytesIO()
        torch.save({"format": FORMAT, **{f.name: getattr(self, f.name) for f in fields(self)}}, whole)
        with temporary.open("wb") as file:
            file.write(whole.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Raises ModelError for what is no whole checkpoint of this format."""
        try:
            found = torch.load(path, map_location="cpu", weights_only=True)
            if found.pop("format") != FORMAT:
                raise ValueError("it has another format")
            return cls(**found)
        except FileNotFoundError:
            raise ModelError(
                f"{path} is not there; expected a checkpoint of `imagespace train`. Check the path"
            ) from None
        except (
            OSError, RuntimeError, EOFError, ValueError, TypeError, KeyError, AttributeError, pickle.UnpicklingError,
            zipfile.BadZipFile,
        ) as error:  # fmt: skip
            line = (str(error).splitlines() or [type(error).__name__])[0][:120]
            raise ModelError(
                f"{path} is not a whole checkpoint of `imagespace train` ({line}). Remove it and train anew"
            ) from error

    def check_architecture(
        self, path: Path, kind: str, architecture: Mapping[str, Any], instead: str = "another -o"
    ) -> None:
        """Raises ModelError where the checkpoint is of another model than the one to train.

        instead: what else can be given.
        """
        if self.kind != kind:
            raise ModelError(f"{path} is of an encoder of kind {self.kind}; expected {kind}. Give {instead}")
        if odd := _differences(self.architecture, architecture):
            raise ModelError(f"{path} is of another architecture: {odd}. Train as it was, or give {instead}")

    def check_settings(self, path: Path, settings: Mapping[str, Any]) -> None:
        """Raises InputError where the run would not be the one that was interrupted."""
        if odd := _differences(self.settings, settings):
            raise InputError(
                f"{path} was made by another run: {odd}. Give the same to go on with it, or another -o to begin anew"
            )


def _differences(had: Mapping[str, Any], has: Mapping[str, Any]) -> str:
    names = [name for name in {**had, **has} if had.get(name) != has.get(name)]
    return "; ".join(f"{name.replace('_', ' ')} was {had.get(name)}, now {has.get(name)}" for name in names)
