"""Money: Norwegian kroner as exact decimals, never floats."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")


def kroner(value: Decimal | int | str) -> Decimal:
    """Round an amount in NOK to two decimals, half up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)
