import numpy as np
import pytest
from sklearn.datasets import load_digits

from imagespace_core.neighbors.graph import NeighborGraph


@pytest.fixture(scope="session")
def digits():
    """(vectors float32 (600, 64) of unit length, their graph) of handwritten digits."""
    vectors = np.asarray(load_digits(return_X_y=True)[0], np.float32)[:600]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, NeighborGraph()(vectors)
