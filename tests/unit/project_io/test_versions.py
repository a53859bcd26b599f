"""Which earlier states are kept."""

from datetime import datetime, timedelta, timezone

from cmet_studio.project_io.versions import KEPT, most_crowded


def test_a_day_of_autosaves_leaves_minutes_and_hours() -> None:
    start = datetime(2026, 1, 1, 9, 0, tzinfo=timezone.utc)
    kept: list[datetime] = []
    for minute in range(8 * 60):
        kept.insert(0, start + timedelta(minutes=minute))
        if len(kept) > KEPT:
            kept.pop(most_crowded(kept))
    ages = [(kept[0] - moment) / timedelta(minutes=1) for moment in kept]
    assert ages[-1] == 8 * 60 - 1
    assert 1 <= ages[1] <= 30
    assert sorted(ages) == ages
    assert any(30 < age < 7 * 60 for age in ages)


def test_the_newest_and_the_oldest_stay() -> None:
    moments = [datetime(2026, 1, 1, 9, n, tzinfo=timezone.utc) for n in range(6)][::-1]
    assert most_crowded(moments) not in (0, 5)
