"""How long one window of the plan takes."""

import time
from statistics import median

import numpy as np

from cmet_studio.core.paths import model_file


def bench_connector(windows: int = 200) -> dict[str, float]:
    """Feed ``windows`` windows one after the other through the starter connector.

    Returns: ms_per_window (median) and times_real_time (a window lasts 200 ms).
    """
    from cmet_studio.emotion.presets import preset_vector
    from cmet_studio.engine.device import one_thread_per_worker
    from cmet_studio.engine.registry import make_face_model
    from cmet_studio.networks.connector import load_connector

    one_thread_per_worker()
    info = make_face_model("mesh").info
    connector = load_connector(model_file(info.connector))
    s = preset_vector("happy")
    ref = np.zeros((5, len(info.units)), np.float32)
    v = np.zeros_like(ref)
    spent = []
    for _ in range(windows):
        began = time.perf_counter()
        ref = connector.step(ref, s, v)
        spent.append(time.perf_counter() - began)
    ms = median(spent) * 1000
    return {"ms_per_window": round(ms, 3), "times_real_time": round(200 / ms, 1)}
