"""A company that has nothing yet, and what its administrator's hands do in the meantime."""

from dataclasses import dataclass, field

from playwright.async_api import Locator, Page

from directapp.app.container import Application
from directapp.kernel.actor import system_actor
from directapp.kernel.ids import uuid7
from support.dealer import Dealer

# Seconds that a person takes, after Card, Moran and Newell: a key, a pointing and click, making up one's mind;
# and to read a page that is new.
KEY, CLICK, MIND, READ = 0.28, 1.3, 1.35, 15.0


async def empty_dealer(application: Application) -> Dealer:
    """Make a company with its name alone, and do what follows from that."""
    dealer = Dealer(application, uuid7())
    company = {"id": str(dealer.tenant), "name": "Fjordbil", "second_factor_roles": []}
    await dealer.create(system_actor(dealer.tenant, "demo"), "tenants", **company)
    await application.dispatcher.drain(dealer.tenant)
    return dealer


@dataclass
class Hands:
    """Drives a page, and adds up how long a person would take for each step."""

    page: Page
    steps: dict[str, float] = field(default_factory=dict)
    step: str = ""

    def begin(self, step: str) -> None:
        """Begin a step: a page is read."""
        self.step = step
        self.steps[step] = self.steps.get(step, 0.0) + READ

    async def click(self, what: Locator) -> None:
        """Point at something and press it."""
        self.steps[self.step] += MIND + CLICK
        await what.click()

    async def type(self, what: Locator, text: str) -> None:
        """Write into a field."""
        self.steps[self.step] += MIND + CLICK + KEY * len(text)
        await what.fill(text)

    async def paste(self, what: Locator, text: str) -> None:
        """Copy from a sheet, and paste."""
        self.steps[self.step] += READ + MIND + CLICK + 4 * KEY
        await what.fill(text)

    async def choose(self, what: Locator, label: str) -> None:
        """Choose from a list."""
        self.steps[self.step] += MIND + 2 * CLICK
        await what.select_option(label=label)

    @property
    def minutes(self) -> float:
        """How long all of it takes."""
        return sum(self.steps.values()) / 60
