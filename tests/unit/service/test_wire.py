"""The protocol is pinned: a change that clients would notice has to be made on purpose."""

import json
from pathlib import Path

from pydantic import BaseModel

from cmet_studio.service import wire

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "wire_protocol_1.json"


def described() -> str:
    models = [
        one
        for one in vars(wire).values()
        if isinstance(one, type) and issubclass(one, BaseModel) and one.__module__ == wire.__name__
    ]
    schemas = {}
    for model in models:
        schema = model.model_json_schema()
        for part in [schema, *schema.get("$defs", {}).values()]:
            part.pop("description", None)
        schemas[model.__name__] = schema
    said = {"protocol": wire.PROTOCOL, "headers": wire.HEADERS, "models": schemas}
    return json.dumps(said, indent=1, sort_keys=True) + "\n"


def test_the_wire_is_as_it_was() -> None:
    assert json.loads(described()) == json.loads(GOLDEN.read_text("utf-8")), (
        "The wire differs from its golden file. If older clients would notice, raise PROTOCOL; "
        "then write the new form to the golden file of that protocol."
    )
