"""Processes: whether another one is still there, what this one holds."""

import ctypes
import os
import sys
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
    except ProcessLookupError:
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
