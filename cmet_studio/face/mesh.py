"""The 478 landmarks of one face: a landmark network run on an upright square crop of our making.

mediapipe's ready-made FaceMesh either detects anew on each frame (its region jumps, so the
landmarks do) or carries its region from frame to frame inside itself (so a result depends on every
picture it was ever shown). Here the same network is run bare, as a pure function of crop pixels;
where the crop lies is our decision (``track``), and the network's own face score comes out too.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.face.quiet import quiet_stderr
from cmet_studio.face.types import LANDMARKS
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture

SIDE = 192
"""Side of the network's input. Giving it exactly this many pixels, reduced with an area filter, is
more accurate than a larger crop that mediapipe would reduce without one (measured: 15 to 25% less
scatter between crops)."""

_MESH = 468
_MARGIN = 1.5  # side of the crop per longer side of the landmarks' upright box, as in training
_RIGHT_EYE, _LEFT_EYE = 33, 263  # outer corners

_GRAPH = """
input_stream: "IMAGE:image"
output_stream: "LANDMARKS:landmarks"
output_stream: "SCORE:score"
node {
  calculator: "ImageToTensorCalculator"
  input_stream: "IMAGE:image"
  output_stream: "TENSORS:crop"
  options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
    output_tensor_width: 192 output_tensor_height: 192
    output_tensor_float_range { min: 0 max: 1 } } }
}
node {
  calculator: "ConstantSidePacketCalculator"
  output_side_packet: "PACKET:attention"
  options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { bool_value: true } } }
}
node { calculator: "TfLiteCustomOpResolverCalculator" output_side_packet: "OP_RESOLVER:ops" }
node {
  calculator: "FaceLandmarksModelLoader"
  input_side_packet: "WITH_ATTENTION:attention"
  output_side_packet: "MODEL:model"
}
node {
  calculator: "InferenceCalculator"
  input_stream: "TENSORS:crop"
  output_stream: "TENSORS:found"
  input_side_packet: "MODEL:model"
  input_side_packet: "OP_RESOLVER:ops"
  options { [mediapipe.InferenceCalculatorOptions.ext] {
    delegate { xnnpack { num_threads: 1 } } } }
}
node {
  calculator: "SplitTensorVectorCalculator"
  input_stream: "found"
  output_stream: "points"
  output_stream: "flag"
  options { [mediapipe.SplitVectorCalculatorOptions.ext] {
    ranges { begin: 0 end: 6 } ranges { begin: 6 end: 7 } } }
}
node {
  calculator: "TensorsToFloatsCalculator"
  input_stream: "TENSORS:flag"
  output_stream: "FLOAT:score"
  options { [mediapipe.TensorsToFloatsCalculatorOptions.ext] { activation: SIGMOID } }
}
node {
  calculator: "TensorsToFaceLandmarksWithAttention"
  input_stream: "TENSORS:points"
  output_stream: "LANDMARKS:landmarks"
}
"""

Points = npt.NDArray[np.float64]
Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Region:
    """A square of the picture, turned with the head: where the network looks.

    Attributes:
        x, y: centre in pixels (pixel centres at .5).
        side: in pixels.
        roll: radians, clockwise in the picture.
    """

    x: float
    y: float
    side: float
    roll: float


def region_of(points: Points) -> Region:
    """Where to look for a face whose (478, 3) landmarks are known, roughly or exactly."""
    across = points[_LEFT_EYE, :2] - points[_RIGHT_EYE, :2]
    roll = float(np.arctan2(across[1], across[0]))
    cos, sin = np.cos(roll), np.sin(roll)
    upright = points[:_MESH, :2] @ np.array([[cos, -sin], [sin, cos]])
    low, high = upright.min(axis=0), upright.max(axis=0)
    middle = (low + high) / 2
    centre = np.array([[cos, -sin], [sin, cos]]) @ middle
    return Region(float(centre[0]), float(centre[1]), _MARGIN * float((high - low).max()), roll)


def cut(picture: Picture, region: Region, side: int = SIDE) -> tuple[Rgb, Points]:
    """Cut the region out of the picture, upright, reduced without aliasing.

    Returns: (side, side, 3) uint8 RGB, and the (2, 3) float64 affine map from picture pixels to
        crop pixels (pixel centres at .5 in both).
    """
    scale = side / region.side
    cos, sin = np.cos(region.roll) * scale, np.sin(region.roll) * scale
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = side / 2 - turn @ np.array([region.x, region.y])
    factor = max(1, round(1 / scale))
    reach = (abs(cos) + abs(sin)) / scale * region.side / 2 + 2 * factor
    x0, y0, x1, y1 = _inside(picture, region, reach)
    source = to_rgb(picture, (x0, y0, x1 - x0, y1 - y0))
    factor = min(factor, *source.shape[:2])
    if factor > 1:
        high, wide = source.shape[0] // factor, source.shape[1] // factor
        source = np.asarray(
            cv2.resize(
                source[: high * factor, : wide * factor],
                (wide, high),
                interpolation=cv2.INTER_AREA,
            ),
            dtype=np.uint8,
        )
    # The same map for the reduced piece, whose pixel (0, 0) has its centre at .5 as well.
    inner = turn * factor
    offset = turn @ np.array([x0, y0], dtype=np.float64) + shift + inner @ [0.5, 0.5] - 0.5
    crop = cv2.warpAffine(
        source,
        np.column_stack([inner, offset]),
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(crop, dtype=np.uint8), np.column_stack([turn, shift])


def _inside(picture: Picture, region: Region, reach: float) -> tuple[int, int, int, int]:
    """The upright pixel rectangle around the region, inside the picture, at least 2 pixels wide."""
    x0 = int(np.clip(np.floor(region.x - reach), 0, picture.width - 2))
    y0 = int(np.clip(np.floor(region.y - reach), 0, picture.height - 2))
    x1 = int(np.clip(np.ceil(region.x + reach), x0 + 2, picture.width))
    y1 = int(np.clip(np.ceil(region.y + reach), y0 + 2, picture.height))
    return x0, y0, x1, y1


class LandmarkNetwork:
    """mediapipe's attention mesh, bare. One object, one thread; every call stands alone."""

    def __init__(self) -> None:
        with quiet_stderr():
            # Imported here: it takes seconds, and light commands never need it.
            from mediapipe.calculators.core import (  # noqa: F401  (registers graph options)
                constant_side_packet_calculator_pb2,
                split_vector_calculator_pb2,
            )
            from mediapipe.calculators.tensor import (  # noqa: F401
                image_to_tensor_calculator_pb2,
                inference_calculator_pb2,
                tensors_to_floats_calculator_pb2,
            )
            from mediapipe.python.solution_base import SolutionBase

            self._graph: Any = SolutionBase(graph_config=_GRAPH)
            # The first run still writes log lines and sets up buffers.
            self._graph.process(np.zeros((SIDE, SIDE, 3), np.uint8))

    def look(self, picture: Picture, region: Region) -> tuple[Points, float]:
        """Find the landmarks inside a region.

        Returns: (478, 3) float64 in picture pixels (z scaled like x), and 0..1 how sure the network
            is that it saw a face.
        """
        crop, to_crop = cut(picture, region)
        answer = self._graph.process(crop)
        flat = np.fromiter(
            (v for p in answer.landmarks.landmark for v in (p.x, p.y, p.z)),
            dtype=np.float64,
            count=3 * LANDMARKS,
        )
        points = flat.reshape(LANDMARKS, 3) * SIDE
        points[:, :2] = (points[:, :2] - to_crop[:, 2]) @ np.linalg.inv(to_crop[:, :2]).T
        points[:, 2] *= region.side / SIDE
        return points, float(answer.score)

    def close(self) -> None:
        """Free the network."""
        if self._graph is not None:
            self._graph.close()
            self._graph = None
