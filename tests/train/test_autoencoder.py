"""The autoencoder's shapes, its loss by hand, and what it learns from."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from imagespace_core.embed.preprocess import Preprocess  # noqa: E402
from imagespace_core.errors import InputError  # noqa: E402
from imagespace_core.train.autoencoder import Autoencoder, Autoencoding, Centered, texture  # noqa: E402
from imagespace_core.train.images import Images, read_images  # noqa: E402
from imagespace_core.train.options import AutoencoderTraining  # noqa: E402
from tests.train.conftest import Cut, Drawn, Silent, gray_patches  # noqa: E402


def lesson(images: Images, **options) -> Autoencoding:
    return Autoencoding(images, AutoencoderTraining(**{"batch_size": 4, **options}))


def fill(layer, bias: float) -> None:
    """Make a linear layer or convolution answer `bias` whatever it sees."""
    layer.weight.zero_()
    layer.bias.fill_(bias)


def test_the_architecture_is_as_written() -> None:
    model = Autoencoder()
    shapes = [tuple(w.shape) for name, w in model.encoder.named_parameters() if name.endswith("weight") and w.ndim > 1]
    assert shapes == [(32, 1, 3, 3), (64, 32, 3, 3), (128, 64, 3, 3), (256, 128, 3, 3), (32, 4096)]
    assert sum(w.numel() for w in model.encoder.parameters()) == 519_424
    assert sum(w.numel() for w in model.parameters()) == 1_343_905
    patches = torch.zeros(3, 1, 64, 64)
    drawn, divergence = model(patches)
    assert (model.encoder(patches).shape, drawn.shape, divergence.shape) == ((3, 32), (3, 1, 64, 64), (3,))
    assert Autoencoder(7).encoder(patches).shape == (3, 7)


def test_the_loss_is_the_squared_error_and_the_divergence(patches: Images) -> None:
    """With a decoder that draws zeros, mean 1 and log variance log 4 in each of 2 numbers."""
    given = lesson(patches, latent_dim=2, variational=True, kl_weight=3.0)
    model = given.model.eval()
    with torch.no_grad():
        fill(model.encoder.mean[0], bias=1.0)
        fill(model.log_variance, bias=np.log(4.0))
        fill(model.decoder[-1], bias=0.0)
    batch = torch.from_numpy(np.stack([patches[row] for row in range(4)]).transpose(0, 3, 1, 2))
    loss, logged = given.loss(batch)
    mean, std = given.preprocess.mean[0], given.preprocess.std[0]
    reconstruction = (((batch.numpy() / 255 - mean) / std) ** 2).mean()
    kl = 2 * 0.5 * (1 + 4 - 1 - np.log(4))
    assert float(logged["reconstruction"]) == pytest.approx(reconstruction, rel=1e-5)
    assert float(logged["kl"]) == pytest.approx(kl, rel=1e-5)
    assert float(loss) == pytest.approx(reconstruction + 3 * 2 * kl / 64**2, rel=1e-5)


def test_a_vae_draws_its_numbers_at_random_in_training_only() -> None:
    torch.manual_seed(0)
    model, patches = Autoencoder(variational=True), torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        model.train()
        assert not torch.equal(model(patches)[0], model(patches)[0])
        model.eval()
        assert torch.equal(model(patches)[0], model(patches)[0])


def test_texture_is_the_same_wherever_and_which_way_round() -> None:
    """Shifts by whole blocks of 8 px and turns move blocks, and change none."""
    patch = torch.from_numpy(np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32))
    others = [patch.roll((8, 24), (0, 1)), patch.rot90(), patch.flip(0), patch.T]
    found = texture(torch.stack([patch, *others])[:, None])
    assert found.shape == (5, 64 + 64 + 64 + 64)
    torch.testing.assert_close(found, found[:1].expand(5, -1), rtol=0, atol=1e-5)


def test_texture_tells_brightness_and_spread() -> None:
    """A flat patch of 3, and one of columns 1 and 5 in turns, whose blocks have the mean 3 and the deviation 2."""
    flat, striped = torch.full((64, 64), 3.0), torch.tensor([1.0, 5.0]).repeat(64, 32)
    found = texture(torch.stack([flat, striped])[:, None])
    torch.testing.assert_close(found[:, :-64], torch.full((2, 192), 3.0))
    torch.testing.assert_close(found[:, -64:], torch.tensor([[0.01], [2.0]]).expand(2, 64), rtol=1e-4, atol=0)


def test_the_texture_loss_is_of_what_is_drawn(patches: Images) -> None:
    """A decoder that draws zeros is as far off as the patches' texture says."""
    given = lesson(patches, loss_type="texture")
    model = given.model.eval()
    with torch.no_grad():
        fill(model.decoder[-1], bias=0.0)
    batch = torch.from_numpy(np.stack([patches[row] for row in range(4)]).transpose(0, 3, 1, 2))
    (mean,), (std,) = given.preprocess.mean, given.preprocess.std
    wanted, zeros = texture((batch / 255 - mean) / std), texture(torch.zeros(4, 1, 64, 64))
    assert float(given.loss(batch)[0]) == pytest.approx(float(((wanted - zeros) ** 2).mean()), rel=1e-4)


def test_vectors_are_seen_from_their_middle() -> None:
    torch.manual_seed(0)
    centered, vectors = Centered(3), torch.randn(50, 3) + torch.tensor([5.0, 0.0, -2.0])
    for _ in range(200):
        moved = centered(vectors)
    torch.testing.assert_close(moved, vectors - vectors.mean(0))
    centered.eval()
    torch.testing.assert_close(centered(vectors[:1]), moved[:1], rtol=0, atol=1e-5)


def test_whole_slices_are_held_out(report: Silent) -> None:
    pixels = gray_patches(20)
    parents = {key: f"slice {int(key) // 4}" for key in pixels}
    images = read_images(Cut(pixels, parents), Preprocess(side=64, channels=1), report)
    given = lesson(images, validation=0.4)
    held = {parents[images.items[row].key] for row in given._held_rows}
    seen = {parents[images.items[row].key] for row in given._rows}
    assert (len(held), len(seen), held & seen) == (2, 3, set())


def test_pixels_are_normalized_by_what_is_trained_on(patches: Images) -> None:
    given = lesson(patches, validation=0.25)
    pixels = np.stack([patches[row] for row in given._rows]) / 255
    assert (len(given._rows), len(given._held_rows)) == (18, 6)
    assert given.preprocess.mean == pytest.approx([pixels.mean()], abs=1e-5)
    assert given.preprocess.std == pytest.approx([pixels.std()], abs=1e-5)


def test_an_epoch_shows_each_patch_once_in_an_order_of_its_own(patches: Images) -> None:
    given = lesson(patches, validation=0.0)
    first, again, second = ([bytes(patch.numpy()) for patch in given.samples(epoch)] for epoch in (1, 1, 2))
    assert first == again
    assert first != second
    assert sorted(first) == sorted(second) == sorted(bytes(patches[row]) for row in range(24))


def test_windows_and_turns_change_what_is_trained_on_but_not_what_is_held_out(report: Silent) -> None:
    images = read_images(Drawn(gray_patches(24, 128)), Preprocess(side=128, channels=1), report)
    given = lesson(images, crop="random", turns=True)
    seen = [given.samples(epoch)[0] for epoch in range(1, 9)]
    assert {tuple(patch.shape) for patch in seen} == {(1, 64, 64)}
    assert len({bytes(patch.numpy()) for patch in seen}) == 8
    held_out, again = given.held_out(), given.held_out()
    assert held_out is not None
    assert again is not None
    assert [bytes(patch.numpy()) for patch in held_out] == [bytes(patch.numpy()) for patch in again]


def test_fewer_patches_than_a_batch_are_refused(patches: Images) -> None:
    with pytest.raises(InputError, match=r"19 patches to train on.* a batch of 64\. Give a smaller --batch-size"):
        lesson(patches, batch_size=64)
