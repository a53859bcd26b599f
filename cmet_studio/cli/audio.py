"""``audio``: the sound devices of this computer."""

from typing import Annotated

import typer

from cmet_studio.cli import console

audio = typer.Typer(no_args_is_help=True, help="Microphones and loudspeakers.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


@audio.callback()
def _group() -> None:
    """Keep ``devices`` a command of its own while it is the only one."""


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
