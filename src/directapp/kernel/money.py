"""Money: Norwegian kroner as exact decimals, never floats."""

from decimal import ROUND_HALF_UP, Decimal

from directapp.kernel.text import Text

CENT = Decimal("0.01")
# Keeps an amount on one line.
_SPACE = "\u00a0"
LARGEST = Decimal("9999999999.99")


def kroner(value: Decimal | int | str) -> Decimal:
    """Round an amount in NOK to two decimals, half up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def amount_text(value: Decimal | int | str) -> Text:
    """Return an amount as people read it: ``5 000 kr`` and ``5 000,50 kr``, in English ``5,000.50 kr``."""
    amount = kroner(value)
    english = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    norwegian = english.translate({ord(","): _SPACE, ord("."): ","})
    return Text(f"{norwegian}{_SPACE}kr", f"{english}{_SPACE}kr")
