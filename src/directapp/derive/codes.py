"""Codes: addresses as QR codes to print. Pure; some ten milliseconds each, so made in a process."""

from collections.abc import Sequence

import segno


def qr_codes(addresses: Sequence[str]) -> list[str]:
    """Return QR codes as SVG that keep readable with a corner torn off, in the order of their addresses."""
    return [_code(address) for address in addresses]


def _code(address: str) -> str:
    code = segno.make(address, error="q", micro=False)
    return code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
