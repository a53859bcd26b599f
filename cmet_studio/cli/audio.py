"""``audio``: the sound devices of this computer."""

import time
from contextlib import suppress
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Json

audio = typer.Typer(no_args_is_help=True, help="Microphones and loudspeakers.")
_UNSEEN_S = 3.0
_SILENT_DBFS = -65.0


@audio.command()
def devices(json: Json = False) -> None:
    """List microphones and loudspeakers; the first of each is the default."""
    from cmet_studio.media.devices import input_devices, output_devices

    found = [*input_devices(), *output_devices()]
    if json:
        console.say_json(
            {
                "devices": [
                    {
                        "index": d.index,
                        "name": d.name,
                        "host": d.host,
                        "direction": d.direction,
                        "channels": d.channels,
                        "rate_hz": d.rate_hz,
                        "default": d.default,
                    }
                    for d in found
                ]
            }
        )
        return
    rows = [
        (
            str(d.index),
            d.direction,
            d.name,
            d.host,
            str(d.channels),
            f"{d.rate_hz:.0f}",
            "default" if d.default else "",
        )
        for d in found
    ]
    console.say_table(("number", "direction", "name", "system", "channels", "Hz", ""), rows)
    if not any(d.direction == "input" for d in found):
        console.note("There is no microphone. Recordings can be imported: cmet-studio take import.")


@audio.command()
def level(
    device: Annotated[
        str | None, typer.Option(help="Microphone: number or name, see 'audio devices'.")
    ] = None,
    channel: Annotated[int | None, typer.Option(help="Its channel, from 1.")] = None,
    seconds: Annotated[
        float | None, typer.Option(help="So long; default: until Ctrl-C, on a terminal.")
    ] = None,
    json: Json = False,
) -> None:
    """Show a microphone's level without recording anything."""
    from cmet_studio.cli.level_meter import level_meter
    from cmet_studio.media.devices import find_device
    from cmet_studio.media.recorder import Recorder

    number = None if channel is None else channel - 1
    with Recorder(find_device("input", device), number) as recorder, level_meter() as meter:
        recorder.microphone.wait_for_sound()
        if seconds is None and not meter.shown:
            seconds = _UNSEEN_S
        until = None if seconds is None else time.monotonic() + seconds
        with suppress(KeyboardInterrupt):
            while until is None or time.monotonic() < until:
                meter.show(recorder)
                time.sleep(0.05)
        found = recorder.level
    if json:
        console.say_json(
            {
                "device": recorder.microphone.device.name,
                "highest_dbfs": round(found.highest_dbfs, 1),
                "rms_dbfs": round(found.rms_dbfs, 1),
                "clipped": found.clipped,
            }
        )
        return
    if found.highest_dbfs < _SILENT_DBFS:
        console.note(f"Nothing is heard from '{recorder.microphone.device.name}'.")
    clipped = "; it clipped" if found.clipped else ""
    console.say(f"Highest {found.highest_dbfs:.1f} dBFS{clipped}. Good peaks lie at -18 to -12.")
