"""The C-MET connector: from speech to a change of expression.

A window of five expressions, the change predicted for the window before, and one semantic vector
of speech go in; the change of each of the five expressions comes out. Facts: the C-MET paper and
the published code's layout (its keys and shapes, at dim 10 and width 1024).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cmet_studio.core.errors import EngineError
from cmet_studio.networks.weights import fill, load_safetensors, require_fit

Floats = npt.NDArray[np.float32]
TokeniserName = Literal["published", "linear"]

WINDOW = 5
"""Frames of a window (0.2 s at 25 Hz)."""
SPEECH = 1024
"""Numbers of a semantic vector (emotion2vec+ large)."""
PUBLISHED_DIM = 10
"""Numbers of an expression that the published tokeniser takes."""
_POSITIONS = 512
_MOST_LAYERS = 64
_REFERENCE, _AUDIO, _EXPRESSION = 1, 2, 3


@dataclass(frozen=True, slots=True)
class ConnectorConfig:
    """What a connector is built from; stored beside its weights."""

    dim: int
    width: int = 1024
    layers: int = 4
    heads: int = 4
    feedforward: int = 1024
    tokeniser: TokeniserName = "published"


@dataclass(frozen=True, slots=True, eq=False)
class ConnectorOutput:
    """Result of a pass over a batch of B windows.

    Attributes:
        delta: (B, 5, dim) predicted change of expression.
        reference: (B, 5, width) tokens of the previous change.
        audio: (B, 1, width) token of the semantic vector.
        expression: (B, 5, width) tokens of the input expression.
    """

    delta: Tensor
    reference: Tensor
    audio: Tensor
    expression: Tensor


class _ConvBlock(nn.Module):
    """Convolution over the coefficient index, batch norm, optional residual, activation."""

    def __init__(
        self, cin: int, cout: int, kernel: int, stride: int, pad: int,
        residual: bool = False, last: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.Conv1d(cin, cout, kernel, stride, pad), nn.BatchNorm1d(cout)
        )
        self.residual = residual
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv_block(x)
        if self.residual:
            y = y + x
        return torch.tanh(y) if self.last else torch.relu(y)


class _Ladder(nn.ModuleList):
    """The published tokeniser: ten numbers as a sequence of length 10 -> 5 -> 3 -> 1.

    The ladder only reaches length 1 from ten numbers (or nine).
    """

    def __init__(self, width: int) -> None:
        blocks = [
            _ConvBlock(1, 4, 3, 1, 1),
            _ConvBlock(4, 8, 3, 2, 1),
            _ConvBlock(8, 8, 3, 1, 1, residual=True),
            _ConvBlock(8, 8, 3, 1, 1, residual=True),
            _ConvBlock(8, 16, 3, 2, 1),
            _ConvBlock(16, 16, 3, 1, 1, residual=True),
            _ConvBlock(16, 16, 3, 1, 1, residual=True),
            _ConvBlock(16, 32, 2, 2, 0),
            _ConvBlock(32, 64, 1, 1, 0),
            _ConvBlock(64, 128, 1, 1, 0),
            _ConvBlock(128, 256, 1, 1, 0),
            _ConvBlock(256, 512, 1, 1, 0),
            _ConvBlock(512, width, 1, 1, 0, last=True),
        ]
        super().__init__(blocks)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 5, 10) -> (B, 5, width)."""
        b, t, d = x.shape
        y = x.reshape(b * t, 1, d)
        for block in self:
            y = block(y)
        return y.reshape(b, t, -1)


def _linear_tokeniser(dim: int, width: int) -> nn.Sequential:
    """A tokeniser for expressions of any size: linear, GELU, linear, frame by frame.

    The published ladder convolves over the coefficient index, so it presumes that neighbouring
    coefficients are related and that there are ten of them. Neither holds for other spaces (action
    units have no order worth convolving over). Frame by frame, as published, because the fusion
    transformer already sees time. No batch norm: a window then never depends on training statistics
    of other faces. It costs 1 ms per window at width 256 on a CPU, against 3 ms for the ladder.
    """
    return nn.Sequential(nn.Linear(dim, width), nn.GELU(), nn.Linear(width, width))


class _AudioTokeniser(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(SPEECH, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, s: Tensor) -> Tensor:
        y: Tensor = self.norm(nn.functional.gelu(self.proj(s)))
        return y


def _position_table(width: int) -> Tensor:
    """(1, 512, width): sines at even, cosines at odd columns; computed in float32 as published."""
    place = torch.arange(_POSITIONS, dtype=torch.float32).unsqueeze(1)
    rate = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10000.0) / width))
    table = torch.zeros(1, _POSITIONS, width)
    table[0, :, 0::2] = torch.sin(place * rate)
    table[0, :, 1::2] = torch.cos(place * rate)
    return table


class _Positions(nn.Module):
    pe: Tensor

    def __init__(self, width: int, stored: bool) -> None:
        super().__init__()
        self.register_buffer("pe", _position_table(width), persistent=stored)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.pe[:, : x.shape[1]]


class _Fusion(nn.Module):
    """Tokens + positions + types -> post-norm transformer -> the tokens of the expression."""

    def __init__(self, config: ConnectorConfig, dropout: float) -> None:
        super().__init__()
        stored = config.tokeniser == "published"
        self.position_r = _Positions(config.width, stored)
        self.position_e = _Positions(config.width, stored)
        self.modality = nn.Embedding(4, config.width, padding_idx=0)
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, config.feedforward, dropout, batch_first=True
        )
        self.transformer_encoder = nn.TransformerEncoder(
            layer, config.layers, enable_nested_tensor=False
        )

    def forward(self, reference: Tensor, audio: Tensor, expression: Tensor) -> Tensor:
        """Returns all 11 tokens, (B, 11, width)."""
        tokens = self._tokens(reference, audio, expression)
        y: Tensor = self.transformer_encoder(self.dropout(tokens))
        return y

    def one(self, reference: Tensor, audio: Tensor, expression: Tensor) -> Tensor:
        """``forward`` for a batch of one in evaluation mode, (11, width), at half its cost.

        The same arithmetic, layer by layer, without the modules around it: for eleven tokens they
        take longer than the numbers.
        """
        x = self._tokens(reference, audio, expression)[0]
        n, width = x.shape
        for layer in self.transformer_encoder.layers:
            attention = layer.self_attn
            packed = F.linear(x, attention.in_proj_weight, attention.in_proj_bias)
            q, k, v = packed.view(n, 3, attention.num_heads, -1).permute(1, 2, 0, 3)
            heads = F.scaled_dot_product_attention(q, k, v).transpose(0, 1).reshape(n, width)
            out = attention.out_proj
            a, b = layer.norm1, layer.norm2
            x = x + F.linear(heads, out.weight, out.bias)
            x = F.layer_norm(x, (width,), a.weight, a.bias, a.eps)
            hidden = F.relu(F.linear(x, layer.linear1.weight, layer.linear1.bias))
            x = x + F.linear(hidden, layer.linear2.weight, layer.linear2.bias)
            x = F.layer_norm(x, (width,), b.weight, b.bias, b.eps)
        return x

    def _tokens(self, reference: Tensor, audio: Tensor, expression: Tensor) -> Tensor:
        kind = self.modality.weight
        tokens = torch.cat(
            [
                self.position_r(reference) + kind[_REFERENCE],
                audio + kind[_AUDIO],
                self.position_e(expression) + kind[_EXPRESSION],
            ],
            dim=1,
        )
        return tokens


class _Projector(nn.Module):
    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.projector = nn.Sequential(nn.Linear(width, dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.projector(x)
        return y


class Connector(nn.Module):
    """The connector of one face model's expression space.

    Args:
        dim: numbers of an expression.
        width: of a token; divisible by ``heads`` and even.
        feedforward: hidden width of the transformer's layers; ``width`` if None.
        tokeniser: ``published`` (ten numbers only) or ``linear`` (any size).
        dropout: in the transformer, while training.
    Raises: ValueError for sizes that do not go together.
    """

    def __init__(
        self,
        dim: int,
        width: int = 1024,
        layers: int = 4,
        heads: int = 4,
        feedforward: int | None = None,
        tokeniser: TokeniserName = "published",
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if tokeniser == "published" and dim != PUBLISHED_DIM:
            raise ValueError(f"the published tokeniser takes ten numbers, not {dim}")
        if dim < 1 or width < 2 or width % 2 or width % heads:
            raise ValueError(f"no connector has {dim} numbers, width {width} and {heads} heads")
        self.config = ConnectorConfig(dim, width, layers, heads, feedforward or width, tokeniser)
        self.fusion_transformer_encoder = _Fusion(self.config, dropout)
        self.exp_encoder = self._expression_tokeniser()
        self.ref_encoder = self._expression_tokeniser()
        self.speaker_encoder = _AudioTokeniser(width)
        self.projector = _Projector(width, dim)
        self.Norm = nn.LayerNorm(width)  # shared by both tokenisers; named as published
        self._initialise()

    def _expression_tokeniser(self) -> nn.Module:
        if self.config.tokeniser == "published":
            return _Ladder(self.config.width)
        return _linear_tokeniser(self.config.dim, self.config.width)

    def _initialise(self) -> None:
        """Xavier-normal linear layers with zero bias, unit embeddings; the rest is PyTorch's."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight)
                nn.init.zeros_(module.bias)
        if self.config.tokeniser == "linear":
            # GELU keeps proportions and the layer norm after it removes size, so with a zero bias
            # a loud and a soft vector start as the same token. The bias is the yardstick.
            for layer in (self.exp_encoder, self.ref_encoder, self.speaker_encoder):
                first = next(m for m in layer.modules() if isinstance(m, nn.Linear))
                nn.init.normal_(first.bias, std=0.5)

    def forward(self, reference: Tensor, speech: Tensor, expression: Tensor) -> ConnectorOutput:
        """Predict the change of a batch of windows.

        Args:
            reference: (B, 5, dim) change predicted for the window before; zeros at a start.
            speech: (B, 1, 1024) semantic vector, not normalised.
            expression: (B, 5, dim) expression of the source.
        """
        ref = self.Norm(self.ref_encoder(reference))
        audio = self.speaker_encoder(speech)
        exp = self.Norm(self.exp_encoder(expression))
        tokens = self.fusion_transformer_encoder(ref, audio, exp)
        delta = self.projector(tokens[:, -expression.shape[1] :])
        return ConnectorOutput(delta, ref, audio, exp)

    def step(
        self,
        ref: npt.ArrayLike,
        s: npt.ArrayLike,
        v: npt.ArrayLike,
    ) -> Floats:
        """Predict one window, for inference: batch of one, no gradients, evaluation mode.

        Bit-stable for a given number of torch threads (it moves by 2e-7 between numbers); the
        caller chooses that number.

        Args:
            ref: (5, dim) what ``step`` returned for the window before, zeros at a start.
            s: (1024,) semantic vector.
            v: (5, dim) expression of the source.
        Returns: (5, dim) float32.
        Raises: ValueError if a shape is wrong.
        """
        if self.training:
            self.eval()
        shape = (WINDOW, self.config.dim)
        previous, speech, own = (np.array(x, dtype=np.float32) for x in (ref, s, v))
        given = (previous.shape, speech.shape, own.shape)
        if given != (shape, (SPEECH,), shape):
            raise ValueError(f"a window takes {shape}, ({SPEECH},) and {shape}, not {given}")
        with torch.inference_mode():
            reference = self.Norm(self.ref_encoder(torch.from_numpy(previous)[None]))
            audio = self.speaker_encoder(torch.from_numpy(speech)[None, None])
            expression = self.Norm(self.exp_encoder(torch.from_numpy(own)[None]))
            tokens = self.fusion_transformer_encoder.one(reference, audio, expression)
            delta: Floats = self.projector(tokens[-WINDOW:]).numpy().copy()
        return delta

    def describe(self) -> dict[str, Any]:
        """The configuration as plain values, for the metadata of a weights file."""
        return asdict(self.config)


def built_connector(config: object, tensors: Mapping[str, Tensor], source: Path) -> Connector:
    """A connector from the plain values of ``Connector.describe`` and its weights, for ``step``.

    Raises: EngineError if the values make no connector, or another one than the weights are of.
    """
    try:
        if not isinstance(config, dict):
            raise TypeError("no configuration")  # noqa: TRY301
        if any(isinstance(n, int) and n > 1 << 14 for n in config.values()):
            raise ValueError("sizes beyond reason")  # noqa: TRY301
        if config.get("layers", 0) > _MOST_LAYERS:
            raise ValueError("more layers than anybody makes")  # noqa: TRY301
        # Without memory first: a file may describe any size, but has to bring the numbers for it.
        with torch.device("meta"):
            described = Connector(**config)
        require_fit(described, tensors, source)
        connector = Connector(**config)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise EngineError(
            f"{source.name} does not describe a connector: {error}.",
            "Make or install the connector again.",
        ) from error
    fill(connector, tensors, source)
    return connector.eval()


def load_connector(path: Path) -> Connector:
    """Read a connector, ready for ``step``.

    Raises: EngineError if the file is missing, damaged or not a connector's.
    """
    tensors, metadata = load_safetensors(path)
    return built_connector(metadata.get("connector"), tensors, path)
