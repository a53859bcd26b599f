"""The expression space of ``mesh``: FACS action units, intensity 1 = strong (FACS level D to E)."""

_SIDED = ("1", "2", "4", "5", "6", "7", "9", "10", "12", "14", "15", "20", "43")
_WHOLE = ("16", "17", "23", "24", "25", "26")

UNITS: tuple[str, ...] = tuple(f"AU{n}{side}" for n in _SIDED for side in ("L", "R")) + tuple(
    f"AU{n}" for n in _WHOLE
)
"""32 names. L and R are the performer's own left and right."""

_REGION_OF_AU = {
    "1": "brow", "2": "brow", "4": "brow",
    "5": "eyes", "7": "eyes", "43": "eyes",
    "6": "cheeks", "9": "cheeks",
    "10": "mouth", "12": "mouth", "14": "mouth", "15": "mouth", "16": "mouth", "17": "mouth",
    "20": "mouth", "23": "mouth", "24": "mouth", "25": "mouth", "26": "mouth",
}  # fmt: skip

REGION_OF_UNIT: tuple[str, ...] = tuple(
    _REGION_OF_AU[name.removeprefix("AU").rstrip("LR")] for name in UNITS
)
