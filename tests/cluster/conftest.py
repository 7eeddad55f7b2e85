import numpy as np
import pytest
from sklearn.datasets import load_digits

from imagespace_core.neighbors.graph import NeighborGraph


@pytest.fixture(scope="session")
def digits():
    """(vectors float32 (900, 64) of unit length, their graph, the digit of each)."""
    pixels, digits = map(np.asarray, load_digits(return_X_y=True))
    vectors = pixels[:900].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, NeighborGraph()(vectors), digits[:900]
