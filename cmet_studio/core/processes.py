"""Processes: whether another one is still there, what this one holds."""

import ctypes
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

_ENGINE, _WORK = 5, 5
"""How far the engine's threads stand behind the window's, and its long work behind those."""


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
    """Let this thread, and on Linux those it starts from now on, wait for the machine's others.

    For long work beside what an editor is doing. macOS has no such word for a single thread.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            ours = os.getpriority(os.PRIO_PROCESS, os.getpid())  # of the main thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ours + _WORK)
    elif sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetThreadPriority(kernel.GetCurrentThread(), -1)  # below normal


def step_back(pid: int) -> None:
    """Let a process that was just started wait for this one where both want the processor.

    What draws the editor's window goes before what makes its pictures. The process's own threads
    inherit it.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x0200, False, pid)  # may set information
        if handle:
            kernel.SetPriorityClass(handle, 0x4000)  # below normal
            kernel.CloseHandle(handle)
    else:
        with suppress(OSError):
            ours = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, pid, ours + _ENGINE)
