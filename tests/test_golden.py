"""Every trace of the real Go map, replayed on every class of map it fits."""

from __future__ import annotations

from typing import Any

import pytest

import gomap
from golden.compare import Mismatch
from golden.replay import Replay
from golden.subjects import Subject, subjects_of
from golden.traces import Trace, all_traces, traces
from support import reference

SHORT_LINES = {"big/1m": 320}
"""Lines of a trace that the short form replays where the long one takes too long."""


def _exists(subject: Subject) -> bool:
    try:
        gomap.Map[subject.key, subject.elem]()
    except (TypeError, NotImplementedError):
        return False
    return True


def _cases() -> list[Any]:
    return [
        pytest.param(
            trace,
            subject,
            id=f"{trace.name}-{subject.name}",
            marks=[pytest.mark.large] if trace.family == "big" else [],
        )
        for trace in all_traces()
        for subject in subjects_of(trace.header)
    ]


@pytest.mark.parametrize(("trace", "subject"), _cases())
def test_trace_replays_bit_for_bit(
    trace: Trace, subject: Subject, request: pytest.FixtureRequest
) -> None:
    if subject.optional and not _exists(subject):
        pytest.skip(f"Map[{subject.name}] is not in this build")
    lines = None
    if not request.config.getoption("--slow") and subject.key is not gomap.int64:
        lines = SHORT_LINES.get(trace.name)
    Replay(trace, subject).run(lines)


def test_traces_are_complete() -> None:
    """A file that went missing must not pass as nothing to do."""
    found = all_traces()
    assert len(found) == 158
    assert len({trace.name for trace in found}) == len(found)


class _Reference:
    """The plain Python map in the place of a class of maps."""

    def __init__(self, trace: Trace, kind: type[reference.ReferenceMap]) -> None:
        self.header, self.kind = trace.header, kind

    def dress(self, value: Any) -> Any:
        return value

    undress = dress

    def make(self, hint: int | None, hasher: Any) -> reference.ReferenceMap:
        header = self.header
        return self.kind(hasher, hint or 0, header["bucketsize"], header["needkeyupdate"])

    def has_go_places(self, header: dict[str, Any]) -> bool:
        return True


def _replay_reference(trace: Trace, kind: type[reference.ReferenceMap]) -> None:
    subject: Any = _Reference(trace, kind)
    Replay(trace, subject, reference).run()


SMALL = ("clear", "emptyrest_i64", "iter_growing", "iter_mutate", "samesize_i64", "types")


@pytest.mark.parametrize("family", SMALL)
def test_reference_map_is_go_s_too(family: str) -> None:
    for trace in traces(family):
        _replay_reference(trace, reference.ReferenceMap)


class _Forgetful(reference.ReferenceMap):
    @staticmethod
    def _trim(first: reference.Bucket) -> None:
        """Leave the emptyOne states."""


def test_replayer_notices_a_wrong_map() -> None:
    """A replayer that compares nothing would pass everything."""
    trace = next(t for t in traces("emptyrest_i64") if t.name.endswith("forward-22-hint-26"))
    with pytest.raises(Mismatch, match=r"forward-22-hint-26, line 130: buckets\[3\]\[0\]\.tophash"):
        _replay_reference(trace, _Forgetful)
