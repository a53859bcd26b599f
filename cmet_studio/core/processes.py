"""Processes: whether another one is still there, what this one holds."""

import ctypes
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs on this machine. Never disturbs it."""
    if pid <= 0:
        return False
    if sys.platform == "win32":  # os.kill would end it there
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)  # may ask for little: query only
        if not handle:
            return False
        code = ctypes.c_ulong()
        known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return bool(known) and code.value == 259  # still active
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # beyond what a process number can be
        return False
    except PermissionError:
        return True
    return True


def resident_mb() -> float:
    """Memory that this process holds now, in MiB; where that is not told, the most it ever held."""
    try:
        told = Path("/proc/self/statm").read_text(encoding="ascii")
        return int(told.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
    except OSError:
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024**2 if sys.platform == "darwin" else 1024)


def give_way() -> None:
    """Let this thread, and those it starts from now on, wait for the others of the machine.

    For long work beside what an editor is doing. Only Linux can tell threads apart in this; there
    is nothing to be done elsewhere.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
