"""The loc2vec encoder's shapes, and the samples it is shown."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.utils.data import default_collate  # noqa: E402

from imagespace_core.embed.preprocess import Preprocess  # noqa: E402
from imagespace_core.errors import InputError  # noqa: E402
from imagespace_core.train.images import Images, read_images  # noqa: E402
from imagespace_core.train.loc2vec import Encoder, Loc2vec  # noqa: E402
from imagespace_core.train.options import Loc2vecTraining  # noqa: E402
from imagespace_core.train.triplets import active_share, softpn_loss, triplet_loss  # noqa: E402
from tests.train.conftest import Drawn, Silent, map_tiles  # noqa: E402


def lesson(images: Images, **options) -> Loc2vec:
    wanted = {"batch_size": 4, "tile_size": 32, "max_samples": 16, "neg_radius": 5, "validation": 0.0, **options}
    return Loc2vec(images, Loc2vecTraining(**wanted), ("roads", "water"))


@pytest.mark.parametrize(("channels", "side", "dim"), [(12, 128, 128), (1, 32, 16), (3, 50, 128)])
def test_any_channels_and_any_side_become_vectors_of_unit_length(channels: int, side: int, dim: int) -> None:
    vectors = Encoder(channels, dim).eval()(torch.rand(2, channels, side, side))
    assert vectors.shape == (2, dim)
    assert vectors.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_the_dense_layers_see_the_tile_itself_and_every_block() -> None:
    model, tiles = Encoder(2).eval(), torch.rand(3, 2, 32, 32)
    seen = []
    model.dense.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    model(tiles)
    first = model.blocks[0](tiles)
    assert seen[0].shape == (3, 2 * 2 + 64 + 128 + 256 + 512 + 512)
    torch.testing.assert_close(seen[0][:, :2], tiles.mean(dim=(2, 3)))
    torch.testing.assert_close(seen[0][:, 2:4], torch.log1p(((tiles - tiles.mean((2, 3), True)) ** 2).mean((2, 3))))
    torch.testing.assert_close(seen[0][:, 4:68], first.mean(dim=(2, 3)))


def test_the_architecture_is_as_written() -> None:
    model = Encoder(12)
    shapes = [tuple(w.shape) for name, w in model.named_parameters() if name.endswith("weight") and w.ndim > 1]
    assert shapes == [
        (64, 12, 3, 3), (128, 64, 3, 3), (256, 128, 3, 3), (512, 256, 3, 3), (512, 512, 3, 3),
        (1024, 1496), (512, 1024), (128, 512),
    ]  # fmt: skip
    assert sum(w.numel() for w in model.parameters()) == 6_040_832


@pytest.mark.parametrize("loss_type", ["softpn", "triplet"])
def test_the_loss_is_of_every_anchor_and_every_far_tile_of_the_batch(tiles: Images, loss_type: str) -> None:
    given = lesson(tiles, loss_type=loss_type, margin=0.3)
    given.model.eval()
    batch = default_collate([given.samples(1)[index] for index in range(5)])
    loss, logged = given.loss(batch)
    pixels, places = (part.numpy() for part in batch)
    mean, std = (np.reshape(values, (2, 1, 1)) for values in (given.preprocess.mean, given.preprocess.std))
    with torch.no_grad():
        a, p, n = (given.model(torch.from_numpy(np.float32((pixels[:, i] / 255 - mean) / std))) for i in range(3))
    near, far, swapped = [], [], []
    for i in range(5):
        for kind, others in enumerate((a, p, n)):
            for j in range(5):
                if np.abs(places[i, 0] - places[j, kind]).max() > 5:
                    near.append((a[i] - p[i]).norm())
                    far.append((a[i] - others[j]).norm())
                    swapped.append((p[i] - others[j]).norm())
    assert len(near) > 5
    nears, fars, swaps = (torch.stack(values) for values in (near, far, swapped))
    softpn = softpn_loss(3 * nears, 3 * fars, 3 * swaps)
    assert float(loss.detach()) == pytest.approx(
        float(softpn if loss_type == "softpn" else triplet_loss(nears, fars, 0.3)), abs=1e-4
    )
    own_near, own_far = (a - p).norm(dim=1), (a - n).norm(dim=1)
    assert {name: float(value.detach()) for name, value in logged.items()} == pytest.approx(
        {
            "positive_distance": float(own_near.mean()), "negative_distance": float(own_far.mean()),
            "active_triplets": float(active_share(own_near, own_far, 0.3)),
        },
        abs=1e-4,
    )  # fmt: skip


def test_samples_are_the_tiles_that_were_drawn_turned_and_shifted(tiles: Images) -> None:
    given = lesson(tiles)
    first, again = given.samples(1), given.samples(1)
    assert first[0][0].shape == (3, 2, 32, 32)
    assert all(torch.equal(a, b) for a, b in zip(first[3], again[3], strict=True))
    assert not torch.equal(first[0][0], given.samples(2)[0][0])
    # Tiles get lighter eastwards by more than their noise, so brightness tells how far apart two of them are.
    levels = np.array([each.float().mean(dim=(1, 2, 3)).numpy() for each, _ in first])
    assert len(levels) == 16
    columns = (levels[:, 1:] - levels[:, :1]) / (200 / 14)
    assert np.abs(columns[:, 0]).max() < 2.6
    assert np.abs(columns[:, 1]).min() > 5.4


def test_held_out_tiles_are_shown_unchanged(tiles: Images) -> None:
    given = lesson(tiles, validation=0.5, neg_radius=2)
    held_out = given.held_out()
    assert held_out is not None
    own = {tiles[row].transpose(2, 0, 1).tobytes() for row in given._held_rows}
    assert {image.numpy().tobytes() for three, _ in held_out for image in three} <= own


def test_tiles_of_several_zooms_are_refused(report: Silent) -> None:
    pixels = map_tiles(3, 3)
    pixels["16/50/100"] = pixels["17/100/200"]
    images = read_images(Drawn(pixels), Preprocess(side=32, channels=2), report)
    with pytest.raises(InputError, match=r"zooms \[16, 17\]; near and far need one"):
        lesson(images)


def test_held_out_tiles_without_triplets_are_refused_with_a_remedy(tiles: Images) -> None:
    with pytest.raises(InputError, match=r"held out for validation .*or give another --validation"):
        lesson(tiles, validation=0.2, neg_radius=10).held_out()


def test_radii_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InputError, match="--neg-radius 1 is less than --pos-radius 2"):
        Loc2vecTraining(neg_radius=1)
