"""What the description inside a ``.cmetemo`` file may hold."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from cmet_studio.project_io.schema import Colour, Name, Place, Seconds, Sha256

SCHEMA = 1
MAX_TAKES = 1000
Suffix = Annotated[str, Field(pattern=r"^(\.[a-z0-9]{1,8})?$")]


class _Object(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class StoredTake(_Object):
    """A recording in the file; its name there is made from its content."""

    sha256: Sha256
    suffix: Suffix
    side: Literal["expressive", "neutral"]
    in_s: Seconds = 0.0
    out_s: Seconds | None = None
    speech_s: Seconds = 0.0
    source: Place = ""

    @property
    def name(self) -> str:
        """Where it lies in the archive."""
        return f"takes/{self.sha256[:32]}{self.suffix}"


class Description(_Object):
    """What a ``.cmetemo`` file is: an emotion, or somebody's neutral speech."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    kind: Literal["emotion", "neutral"]
    name: Name
    colour: Colour = "#bbbbbb"
    preset: Annotated[str, Field(max_length=64)] | None = None
    takes: Annotated[list[StoredTake], FailFast(), Field(max_length=MAX_TAKES)] = []


def described(data: object) -> Description:
    """Check a description.

    Raises: ValueError saying the first thing that is wrong.
    """
    if isinstance(data, dict) and isinstance(data.get("schema"), int) and data["schema"] > SCHEMA:
        raise ValueError("it was made by a newer version of CMET Studio")
    try:
        found = Description.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "its description"
        raise ValueError(f"{field}: {first['msg'].lower()}") from error
    if found.preset is not None and found.takes:
        raise ValueError("it should be a preset or have takes, not both")
    if found.kind == "neutral" and any(take.side != "neutral" for take in found.takes):
        raise ValueError("neutral speech should hold neutral takes only")
    return found
