"""``take``: speech samples of a project, recorded or imported."""

import typer

take = typer.Typer(no_args_is_help=True, help="Speech samples: record, import, look through.")


@take.callback()
def _group() -> None:
    """Keep the commands below commands of their own, however few they are."""
