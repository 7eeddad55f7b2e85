"""What every Embedder promises, whatever the model."""

from __future__ import annotations

import re

import numpy as np
import pytest

from imagespace_core.embed import Embedder, TextEmbedder, catalog


class TestEveryEmbedder:
    def test_vectors_are_float32_of_the_promised_size_and_of_unit_length(
        self, embedder: Embedder, photos: list[np.ndarray]
    ) -> None:
        vectors = embedder(photos)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(photos), embedder.size)
        assert np.isfinite(vectors).all()
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_the_same_images_give_the_same_vectors(self, embedder: Embedder, photos: list[np.ndarray]) -> None:
        np.testing.assert_array_equal(embedder(photos[:3]), embedder(photos[:3]))

    def test_a_vector_does_not_depend_on_the_other_images_of_its_batch(
        self, embedder: Embedder, photos: list[np.ndarray]
    ) -> None:
        alone = np.concatenate([embedder([photo]) for photo in photos])
        np.testing.assert_allclose(alone, embedder(photos), atol=1e-5)
        np.testing.assert_allclose(alone[::-1], embedder(photos[::-1]), atol=1e-5)

    def test_calling_is_preparing_and_embedding(self, embedder: Embedder, photos: list[np.ndarray]) -> None:
        prepared = np.stack([embedder.prepare(photo) for photo in photos])
        assert prepared.dtype == np.uint8
        assert prepared.shape[1] == prepared.shape[2] <= embedder.min_side
        np.testing.assert_array_equal(embedder.embed(prepared), embedder(photos))

    def test_different_images_get_different_vectors(self, embedder: Embedder) -> None:
        red, blue = np.zeros((2, 50, 50, 3), np.uint8)
        red[..., 0], blue[..., 2] = 255, 255
        first, second = embedder([red, blue])
        assert first @ second < 0.95

    def test_grayscale_is_seen_as_its_three_equal_channels(self, embedder: Embedder) -> None:
        gray = np.random.default_rng(0).integers(0, 256, (60, 80, 1), np.uint8)
        np.testing.assert_array_equal(embedder([gray]), embedder([np.repeat(gray, 3, axis=2)]))

    def test_images_of_other_channel_counts_are_refused_in_plain_words(self, embedder: Embedder) -> None:
        with pytest.raises(Exception, match="has 12 channels; the model takes 3"):
            embedder([np.zeros((20, 20, 12), np.uint8)])

    def test_no_images_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder([]).shape == (0, embedder.size)
        assert embedder([]).dtype == np.float32

    def test_the_image_given_is_not_written_to(self, embedder: Embedder) -> None:
        image = np.full((40, 40, 3), 9, np.uint8)
        image.flags.writeable = False
        embedder([image])

    def test_name_is_safe_in_a_file_name_and_fingerprint_is_a_hash(self, embedder: Embedder) -> None:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", embedder.name)
        assert re.fullmatch(r"[0-9a-f]{64}", embedder.fingerprint)

    def test_only_models_with_text_in_the_catalog_take_sentences(self, embedder: Embedder) -> None:
        promised = embedder.name in catalog.MODELS and catalog.MODELS[embedder.name].text
        assert isinstance(embedder, TextEmbedder) == promised

    def test_the_catalog_tells_the_truth_about_dims(self, embedder: Embedder) -> None:
        if embedder.name in catalog.MODELS:
            assert catalog.MODELS[embedder.name].dims == embedder.size
        else:
            assert embedder.size == 3
