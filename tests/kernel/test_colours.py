"""Any brand colour can be read in both themes."""

from hypothesis import given
from hypothesis import strategies as st

from directapp.kernel.colours import DARK_GROUND, LIGHT_GROUND, contrast, parse_hex, theme_of

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(COLOURS)
def test_every_colour_is_read_on_its_ground_and_under_its_text(colour: str) -> None:
    theme = theme_of(colour)
    assert theme is not None
    for accent, ground in ((theme.light, LIGHT_GROUND), (theme.dark, DARK_GROUND)):
        mark, text, behind = parse_hex(accent.colour), parse_hex(accent.text), parse_hex(ground)
        assert mark
        assert text
        assert behind
        assert contrast(mark, behind) >= 4.5
        assert contrast(text, mark) >= 4.5


def test_a_colour_that_reads_well_stays_as_it_is() -> None:
    theme = theme_of("#001e50")
    assert theme is not None
    assert theme.light.colour == "#001e50"


def test_what_is_no_colour_has_no_theme() -> None:
    assert [theme_of(c) for c in ("", "red", "#12", "#00112233", "url(x)")] == [None] * 5
