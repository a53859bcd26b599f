"""The 478 landmarks of one face: a landmark network run on an upright square crop of our making.

mediapipe's ready-made FaceMesh either detects anew on each frame (its region jumps, so the
landmarks do) or carries its region from frame to frame inside itself (so a result depends on every
picture it was ever shown). Here the same network is run bare, as a pure function of crop pixels;
where the crop lies is our decision (``track``), and the network's own face score comes out too.
"""

from typing import Any

import numpy as np

from cmet_studio.core.quiet import quiet_stderr
from cmet_studio.face.crops import Points, Region, Surroundings, cut, surroundings
from cmet_studio.face.types import LANDMARKS
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

# Reading the answer as bytes: a loop over 478 messages takes a tenth of the whole look. Each row
# is a protobuf tag and length, then x, y, z as 32-bit floats, each behind its tag.
_WIRE = np.dtype(
    [("row", "V3"), ("x", "<f4"), ("y_tag", "u1"), ("y", "<f4"), ("z_tag", "u1"), ("z", "<f4")]
)


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
        crop, to_crop = cut(around, region, SIDE, blank=True)
        answer = self._graph.process(crop)
        rows = np.frombuffer(answer.landmarks.SerializeToString(), _WIRE, LANDMARKS)
        points = np.stack([rows["x"], rows["y"], rows["z"]], axis=1).astype(np.float64) * SIDE
        points[:, :2] = (points[:, :2] - to_crop[:, 2]) @ np.linalg.inv(to_crop[:, :2]).T
        points[:, 2] *= region.side / SIDE
        return points, float(answer.score)

    def see(self, picture: Picture, region: Region) -> tuple[Points, float]:
        """The same for a single look at a picture."""
        return self.look(surroundings(picture, region, SIDE), region)

    def close(self) -> None:
        """Free the network."""
        if self._graph is not None:
            self._graph.close()
            self._graph = None
