"""The one place where media files are opened for reading."""

import os
import stat
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext

from cmet_studio.core.errors import MediaError
from cmet_studio.media.wholeness import is_cut_off

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,mxf,"
    "wav,w64,flac,mp3,aac,ogg,aiff,caf"
)
"""ffmpeg's names of the demuxers that may run. Playlists, concatenation scripts and image
sequences are not among them: they make a file open other files or addresses."""

KINDS = "mp4, mov, mkv, webm, avi, ts, mpg, mxf, wav, flac, mp3, m4a, ogg or aiff"

_AGAIN = "Copy the file again from its source."
_MAX_SIDE = 16384
_MAX_PIXELS = 1 << 27


def open_media(path: Path | str, gen_pts: bool = False) -> InputContainer:
    """Open a local media file; nothing else is ever opened for reading.

    The name is only a name: ``concat:a|b`` or ``http://...`` is looked for as a file of that name.

    Args:
        path: a regular file, or a link to one.
        gen_pts: make presentation time stamps from the order of decoding where the file has none.

    Raises: MediaError for a missing, empty or unreadable file, a folder or device, and for
        anything but the containers of ``CONTAINERS``.
    """
    path = Path(path)
    _require_regular_file(path)
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    if gen_pts:
        options["fflags"] = "+genpts"
    try:
        container = av.open(
            f"file:{path.absolute()}",
            mode="r",
            options=options,
            metadata_errors="replace",
        )
    except av.FFmpegError as error:
        raise _not_media(path, error) from error
    except (ValueError, UnicodeError) as error:
        raise MediaError(f"{path.name} cannot be read as media.", f"Use {KINDS}.") from error
    try:
        _require_sane_size(path, container)
    except MediaError:
        container.close()
        raise
    return container


def _require_regular_file(path: Path) -> None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaError(f"There is no file {path}.", "Check the path.") from error
    except PermissionError as error:
        raise MediaError(f"{path} may not be read.", "Change its permissions.") from error
    except (OSError, ValueError) as error:
        raise MediaError(f"{str(path)!r} is not a usable file name.", "Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(f"{path} is a folder, not a media file.", "Name a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{path} is not a regular file.", "Copy the media to a file first.")
    if status.st_size == 0:
        raise MediaError(f"{path.name} is empty (0 bytes).", _AGAIN)
    if not os.access(path, os.R_OK):
        raise MediaError(f"{path} may not be read.", "Change its permissions.")


def _not_media(path: Path, error: av.FFmpegError) -> MediaError:
    if isinstance(error, av.error.PermissionError):
        return MediaError(f"{path} may not be read.", "Change its permissions.")
    if is_cut_off(path):
        return MediaError(
            f"{path.name} is cut off: the end that tells how to read it is missing.", _AGAIN
        )
    return MediaError(
        f"{path.name} is not a media file we can read.",
        f"Use {KINDS}; if it should be one of these, it is damaged: copy it again.",
    )


def _require_sane_size(path: Path, container: InputContainer) -> None:
    """Refuse pictures that no real clip has, before a decoder makes room for them."""
    for stream in container.streams.video:
        context = cast("VideoCodecContext | None", stream.codec_context)
        if context is None:  # no decoder
            continue
        width, height = context.width, context.height
        if max(width, height) > _MAX_SIDE or width * height > _MAX_PIXELS:
            raise MediaError(
                f"{path.name} claims a picture of {width}x{height}.",
                f"The largest side we read is {_MAX_SIDE} pixels.",
            )
