from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.vector_steps import index_trees


def test_microscopy_has_750_trees_for_its_preset_distance_and_whoever_asks_gets_what_is_asked_for() -> None:
    assert index_trees(Options(), "euclidean", "microscopy") == 750
    assert index_trees(Options(), "angular", "microscopy") == index_trees(Options(), "euclidean", "folder") == 50
    assert index_trees(Options(trees=7), "euclidean", "microscopy") == 7
