"""Which jobs of engines before this one are begun again."""

from typing import Any

from service_fixtures import Inside, until

from cmet_studio.app.job_notes import Left, Note
from cmet_studio.service.job_routes import bring_back


def left(job: str, request: dict[str, Any] | None, orphan: bool = False) -> Left:
    return Left(Note(job, "export", f"{job}.mp4", "running"), request, orphan)


def test_requests_that_make_no_sense_fail_in_words(inside: Inside) -> None:
    good = {"kind": "export", "wish": {"output": "/a.mp4"}, "path": "/tmp/a.cmet", "project": {}}
    bad = [
        {},
        {**good, "kind": "format"},
        {**good, "path": "../../etc/a.cmet"},
        {**good, "project": {"schema": 1, "clip": 3}},
        {**good, "wish": {"output": 3}},
        {**good, "wish": 3, "promise": "x"},
    ]
    bring_back(inside.host, [left(f"j{n}", request) for n, request in enumerate(bad)])
    until(lambda: all(job.state == "failed" for job in inside.host.jobs.jobs()))
    jobs = inside.host.jobs.jobs()
    assert len(jobs) == len(bad)
    for job in jobs:
        assert job.message
        assert job.hint
        assert "Traceback" not in job.message


def test_what_nobody_waits_for_any_more_is_forgotten(inside: Inside) -> None:
    bring_back(inside.host, [left("j1", None, orphan=True), left("j2", None)])
    assert [(job.id, job.state) for job in inside.host.jobs.jobs()] == [("j2", "failed")]
