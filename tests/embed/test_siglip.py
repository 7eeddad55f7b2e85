import shutil
from pathlib import Path

import numpy as np
import pytest

from imagespace_core.embed.siglip import SigLip2
from imagespace_core.errors import ModelError
from tests.makers.tiny_models import COLORS


def test_a_sentence_finds_the_image_it_describes_in_any_case(tiny_models: dict[str, Path]) -> None:
    model = SigLip2(tiny_models["siglip2-base"])
    images = model([np.full((30, 40, 3), np.array(color) * 255, np.uint8) for color in COLORS.values()])
    sentences = model.embed_text([f"A Photo of a {name.upper()}" for name in COLORS])
    assert sentences.shape == (4, 768)
    np.testing.assert_array_equal((sentences @ images.T).argmax(1), range(4))
    np.testing.assert_array_equal(model.embed_text(["RED"]), model.embed_text(["red"]))


def test_every_sentence_becomes_64_tokens_that_hold_one_end_and_no_beginning(tiny_models: dict[str, Path]) -> None:
    tokenizer = SigLip2(tiny_models["siglip2-base"])._text.tokenizer
    for sentence, end in (("", 0), ("red", 1), ("a photo of red", 4), ("red " * 500, 63)):
        tokens = tokenizer.encode(sentence).tokens
        assert len(tokens) == 64
        assert tokens.index("<eos>") == end
        assert set(tokens[end + 1 :]) <= {"<pad>"}
        assert "<bos>" not in tokens


def test_the_whole_image_is_seen_stretched(tiny_models: dict[str, Path]) -> None:
    """Red at the ends of a long image, which a crop of the middle would lose."""
    image = np.zeros((40, 400, 3), np.uint8)
    image[:, :60] = image[:, -60:] = (255, 0, 0)
    assert (SigLip2(tiny_models["siglip2-base"]).prepare(image)[..., 0] > 128).mean() == pytest.approx(0.3, abs=0.01)


def test_another_models_tokenizer_is_refused(tiny_models: dict[str, Path], tiny_clip: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_models["siglip2-base"], tmp_path / "siglip"))
    shutil.copy(tiny_clip / "tokenizer.json", folder)
    with pytest.raises(ModelError, match="has no token <pad>; expected the tokenizer.json of SigLIP 2"):
        SigLip2(folder).embed_text(["red"])
