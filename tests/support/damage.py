"""Bytes as a fuzzer makes them: something that is right, altered in places, cut short or with more behind it."""

from collections.abc import Sequence

from hypothesis import strategies as st


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Draw one of the seeds with up to eight places overwritten, and up to as many cut out or put in."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(content)))
        piece = draw(st.binary(max_size=6) | st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"]))
        gone = draw(st.sampled_from([len(piece), len(piece), 0, 16]))
        content[at : at + gone] = piece
    if draw(st.integers(0, 4)) == 0:
        del content[draw(st.integers(0, len(content))) :]
    return bytes(content)


def broken_inside(archive: bytes, part: bytes) -> bytes:
    """Return an archive whose directory is right, and the first packed bytes of a part are not."""
    start = archive.index(part) + len(part)
    return archive[:start] + b"\xff" * 12 + archive[start + 12 :]
