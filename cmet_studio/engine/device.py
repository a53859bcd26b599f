"""Which processor a face model runs on."""

import logging

from cmet_studio.core.errors import BadInput, EngineError

log = logging.getLogger(__name__)

CHOICES = ("auto", "cpu", "cuda", "mps")

# The mesh warp moves some 100,000 samples a frame: sending them to a GPU and back costs more
# than it saves, so `auto` keeps it on the CPU.
_AUTO = {"mesh": ("cpu",)}


def available() -> tuple[str, ...]:
    """Devices this machine can run torch on, best first."""
    import torch

    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def described(device: str) -> str:
    """A device in words, e.g. ``cuda (NVIDIA H200, 138 of 140 GiB free)``."""
    import torch

    if device == "cuda":
        free, whole = torch.cuda.mem_get_info()
        name = torch.cuda.get_device_name()
        return f"cuda ({name}, {free / 2**30:.0f} of {whole / 2**30:.0f} GiB free)"
    return device


def choose(wanted: str, face_model: str) -> str:
    """Turn ``auto`` or a wish into a torch device name.

    A neural face model whose device is not on this machine runs on the CPU, with a warning.

    Raises:
        BadInput: for a word that is no device.
        EngineError: if the wished device is not on this machine and the face model has no use
            for one.
    """
    if wanted not in CHOICES:
        raise BadInput(f"There is no device '{wanted}'.", f"Choose one of: {', '.join(CHOICES)}.")
    here = available()
    if wanted == "auto":
        return next(device for device in _AUTO.get(face_model, here) if device in here)
    if wanted not in here:
        if face_model not in _AUTO:
            log.warning("There is no %s here: %s runs on the CPU, slowly.", wanted, face_model)
            return "cpu"
        raise EngineError(
            f"This machine has no device '{wanted}'.", f"Use --device {here[0]} or auto."
        )
    return wanted


def one_thread_per_worker() -> None:
    """Keep torch and numpy's BLAS to one thread per calling thread.

    Frames are rendered side by side by a pool, and the plan must not depend on a thread count:
    other counts change the last bits of a matrix product. BLAS's idle threads would also spin
    between the small products of a frame: 10 ms of a core per frame that the encoder needs.
    """
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(limits=1, user_api="blas")
