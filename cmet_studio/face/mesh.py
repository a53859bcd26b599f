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
_SPARE = 1.3  # how much wider than a region its surroundings are
_FINER = 1.2  # and how much finer than its crop
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

# Reading the answer as bytes: a loop over 478 messages takes a tenth of the whole look. Each row
# is a protobuf tag and length, then x, y, z as 32-bit floats, each behind its tag.
_WIRE = np.dtype(
    [("row", "V3"), ("x", "<f4"), ("y_tag", "u1"), ("y", "<f4"), ("z_tag", "u1"), ("z", "<f4")]
)

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


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A reduced upright piece of a picture, from which several crops can be cut.

    Attributes:
        rgb: (h, w, 3) uint8.
        x, y: the piece's top left corner in picture pixels.
        across, down: piece pixels per picture pixel.
    """

    rgb: Rgb
    x: int
    y: int
    across: float
    down: float


def surroundings(picture: Picture, region: Region, side: int = SIDE) -> Surroundings:
    """Cut out what lies around a region, reduced without aliasing to suit crops of ``side``."""
    turned = abs(np.cos(region.roll)) + abs(np.sin(region.roll))
    reach = _SPARE * region.side * float(turned) / 2 + 2
    x0 = int(np.clip(np.floor(region.x - reach), 0, picture.width - 2))
    y0 = int(np.clip(np.floor(region.y - reach), 0, picture.height - 2))
    x1 = int(np.clip(np.ceil(region.x + reach), x0 + 2, picture.width))
    y1 = int(np.clip(np.ceil(region.y + reach), y0 + 2, picture.height))
    rgb = to_rgb(picture, (x0, y0, x1 - x0, y1 - y0))
    scale = _FINER * side / region.side
    if scale >= 1.0:
        return Surroundings(rgb, x0, y0, 1.0, 1.0)
    high, wide = (max(1, round(length * scale)) for length in rgb.shape[:2])
    small = cv2.resize(rgb, (wide, high), interpolation=cv2.INTER_AREA)
    across, down = wide / rgb.shape[1], high / rgb.shape[0]
    return Surroundings(np.asarray(small, dtype=np.uint8), x0, y0, across, down)


def cut(around: Surroundings, region: Region, side: int = SIDE) -> tuple[Rgb, Points]:
    """Cut the region out, upright.

    Returns: (side, side, 3) uint8 RGB, and the (2, 3) float64 affine map from picture pixels to
        crop pixels (pixel centres at .5 in both).
    """
    scale = side / region.side
    cos, sin = np.cos(region.roll) * scale, np.sin(region.roll) * scale
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = side / 2 - turn @ np.array([region.x, region.y])
    inner = turn / [around.across, around.down]
    # In cv2's maps pixel centres are whole numbers.
    offset = turn @ [around.x, around.y] + shift + inner @ [0.5, 0.5] - 0.5
    crop = cv2.warpAffine(
        around.rgb,
        np.column_stack([inner, offset]),
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(crop, dtype=np.uint8), np.column_stack([turn, shift])


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

    def look(self, around: Surroundings, region: Region) -> tuple[Points, float]:
        """Find the landmarks inside a region.

        Returns: (478, 3) float64 in picture pixels (z scaled like x), and 0..1 how sure the network
            is that it saw a face.
        """
        crop, to_crop = cut(around, region)
        answer = self._graph.process(crop)
        rows = np.frombuffer(answer.landmarks.SerializeToString(), _WIRE, LANDMARKS)
        points = np.stack([rows["x"], rows["y"], rows["z"]], axis=1).astype(np.float64) * SIDE
        points[:, :2] = (points[:, :2] - to_crop[:, 2]) @ np.linalg.inv(to_crop[:, :2]).T
        points[:, 2] *= region.side / SIDE
        return points, float(answer.score)

    def see(self, picture: Picture, region: Region) -> tuple[Points, float]:
        """The same for a single look at a picture."""
        return self.look(surroundings(picture, region), region)

    def close(self) -> None:
        """Free the network."""
        if self._graph is not None:
            self._graph.close()
            self._graph = None
