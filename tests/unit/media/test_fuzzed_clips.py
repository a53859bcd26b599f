"""Two hundred damaged clips: each opens or is refused in a sentence; none crashes or hangs."""

import random
from pathlib import Path

import pytest
from media_fixtures import MakeMedia

from cmet_studio.core.errors import CmetError
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.reader import VideoReader

_EACH = 50


@pytest.fixture(scope="module")
def originals(make_media: MakeMedia, numbered_clip: Path) -> list[Path]:
    """Small whole clips in the containers that editors bring."""
    return [numbered_clip, *(make_media(f"fuzz{kind}", frames=12) for kind in (".mkv", ".mov"))]


def _damage(data: bytes, luck: random.Random) -> bytes:
    """Bits flipped, pieces cut out, doubled, or the end lost."""
    hurt = bytearray(data)
    for _ in range(luck.randint(1, 12)):
        at = (
            luck.randrange(len(hurt))
            if luck.random() < 0.5
            else luck.randrange(min(2048, len(hurt)))
        )
        what = luck.random()
        if what < 0.6:
            hurt[at] = luck.randrange(256)
        elif what < 0.75:
            del hurt[at : at + luck.randint(1, 400)]
        elif what < 0.9:
            hurt[at:at] = hurt[at : at + luck.randint(1, 400)]
        else:
            hurt[at : at + 8] = luck.randbytes(8)
        if len(hurt) < 64:
            break
    return bytes(hurt[: luck.randrange(len(hurt))] if luck.random() < 0.1 else hurt)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_clips(seed: int, originals: list[Path], tmp_path: Path) -> None:
    luck = random.Random(seed)
    opened, refused = 0, list[str]()
    for n in range(_EACH):
        original = luck.choice(originals)
        path = tmp_path / f"{n}{original.suffix}"
        path.write_bytes(_damage(original.read_bytes(), luck))
        try:
            with VideoReader(path) as reader:
                for frame in {0, len(reader) // 2, len(reader) - 1}:
                    rgb = to_rgb(reader.read(frame))
                    assert rgb.ndim == 3
            opened += 1
        except CmetError as error:
            refused.append(error.message)
        path.unlink()
    assert opened
    assert opened + len(refused) == _EACH
    assert all(words.endswith(".") for words in refused), refused
