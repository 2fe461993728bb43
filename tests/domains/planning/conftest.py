"""Planning on a real application."""

import pytest

from support.dealer import Dealer
from support.plan import Plan, lay_plan


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    """Lay out the planning of a prep centre."""
    return await lay_plan(dealer)
