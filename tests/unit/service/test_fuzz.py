"""Whatever is asked, the answer is an answer: never a mistake of the engine's own."""

import json
import random
from typing import Any
from urllib.parse import quote

import pytest
from service_fixtures import Inside, Story, raw

PLACES = [
    ("GET", "/v1/frame/{}"), ("GET", "/v1/frame/3?width={}"), ("GET", "/v1/frame/3?quality={}"),
    ("GET", "/v1/frame/3?engine={}"), ("GET", "/v1/frame/3?revision={}&wait={}"),
    ("GET", "/v1/cache?start={}&stop={}"), ("GET", "/v1/analysis?engine={}"),
    ("GET", "/v1/curves?performer={}&start={}&stop={}&step={}"),
    ("GET", "/v1/face?performer={}&frame={}"),
    ("GET", "/v1/faces?frame={}"), ("GET", "/v1/events?after={}&wait_s=0"), ("GET", "/v1/{}"),
    ("POST", "/v1/jobs"), ("POST", "/v1/jobs/{}/cancel"), ("POST", "/v1/jobs/{}/move"),
    ("POST", "/v1/emotions/figures"), ("POST", "/v1/background"), ("PUT", "/v1/cache"),
    ("PUT", "/v1/document"), ("PATCH", "/v1/document"),
]  # fmt: skip
WORDS = [
    "0", "3", "-1", "1e9", "99999999999999999999", "nan", "inf", "true", "", "p1", "e1", "mesh",
    "x" * 300,
    "../../etc/passwd", "\0", "é", "[]", "{}", "source", "draft", "None", "0x10", "3.5", " 3",
    "%00", "a/b",
]  # fmt: skip


def anything(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(9 if depth < 4 else 6)
    if kind < 6:
        return chance.choice([None, True, 0, -1, 2**70, 1.5, 1e308, *WORDS])
    if kind < 7:
        return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    names = ["kind", "wish", "path", "project", "revision", "ids", "on", "base", "difference",
             "new", "cuts", "keys", "bytes", "position", "output", "codec", "clip",
             "performers"]  # fmt: skip
    return {chance.choice(names): anything(chance, depth + 1) for _ in range(chance.randrange(5))}


def broken(chance: random.Random, value: Any) -> Any:
    """Like a document, but for something somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        return {**value, name: broken(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], broken(chance, value[at]), *value[at + 1 :]]
    return anything(chance)


@pytest.mark.parametrize("seed", range(4))
def test_requests_at_random(inside: Inside, story: Story, seed: int) -> None:
    chance = random.Random(seed)
    with inside.engine() as engine:
        story.put(engine, 1)
    for _ in range(120):
        method, place = chance.choice(PLACES)
        path = place
        while "{}" in path:
            path = path.replace("{}", quote(chance.choice(WORDS), safe=""), 1)
        body = None
        if method != "GET":
            said = anything(chance)
            if path == "/v1/document":
                whole = {"path": str(story.path), "revision": 2, "project": story.data}
                said = broken(chance, whole)
            body = json.dumps(said).encode()
        headers = {"Content-Type": "application/json"}
        status, answer = raw(inside.port, method, path, body, headers)
        # 500 is for engines that are not installed here; their errors have words of their own.
        if status == 500:
            assert json.loads(answer)["error"]["hint"] != "See its log.", (method, path, body)
        assert status in (200, 404, 405, 409, 422, 400, 500), (status, method, path, body)
    with inside.engine() as engine:
        story.put(engine, 9)
        assert engine.frame(12).revision == 9
