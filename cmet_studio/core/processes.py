"""Whether another process is still there."""

import ctypes
import os
import sys


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
