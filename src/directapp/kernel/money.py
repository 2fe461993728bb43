"""Money: Norwegian kroner as exact decimals, never floats."""

from decimal import ROUND_HALF_UP, Decimal

from directapp.kernel.text import Number, Text, _

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")


def kroner(value: Decimal | int | str) -> Decimal:
    """Round an amount in NOK to two decimals, half up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def amount_text(value: Decimal | int | str) -> Text:
    """Return an amount as people read it: ``5 000 kr`` and ``5 000,50 kr``, in English ``5,000.50 kr``."""
    amount = kroner(value)
    plain = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return _("{amount}\u00a0kr").fill(amount=Number(plain))
