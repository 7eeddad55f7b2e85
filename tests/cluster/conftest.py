import numpy as np
import pytest
from sklearn.datasets import load_digits

from imagespace_core.neighbors.graph import NeighborGraph


@pytest.fixture(scope="session")
def digits():
    """(vectors float32 (900, 64) of unit length, their graph, the digit of each)."""
    data = load_digits()
    vectors = data.data[:900].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, NeighborGraph()(vectors), data.target[:900]
