import numpy as np
import pytest
import torch

from cmet_studio.networks.connector import Connector


@pytest.mark.parametrize(
    "connector",
    [
        lambda: Connector(10, 1024, tokeniser="published"),
        lambda: Connector(32, 64, tokeniser="linear"),
    ],
)
def test_a_step_is_the_forward_pass(connector):
    torch.manual_seed(3)
    model = connector().eval()
    d = model.config.dim
    draw = np.random.default_rng(0)
    ref, v = draw.standard_normal((2, 5, d)).astype(np.float32)
    s = draw.standard_normal(1024).astype(np.float32)
    with torch.no_grad():
        expected = model(
            torch.tensor(ref)[None], torch.tensor(s)[None, None], torch.tensor(v)[None]
        ).delta[0]
    np.testing.assert_allclose(model.step(ref, s, v), expected.numpy(), atol=5e-6)
