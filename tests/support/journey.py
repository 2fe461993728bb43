"""A person at a browser: what they press, type and are told on the pages, in the language they read."""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect

WORDS: Mapping[str, Mapping[str, str]] = {
    "nb": {"save": "Lagre", "create": "Opprett", "new": "Ny", "steps": "Neste steg", "saved": "Lagret"},
    "en": {"save": "Save", "create": "Create", "new": "New", "steps": "Next step", "saved": "Saved"},
}
REFUSED = frozenset({403, 409, 422})
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@dataclass(slots=True)
class Person:
    """Somebody signed in, with what they have on the screen."""

    page: Page
    language: str

    def __post_init__(self) -> None:
        """Wait as long as a busy machine may take."""
        self.page.set_default_timeout(PATIENCE)

    @property
    def words(self) -> Mapping[str, str]:
        """What the pages' own buttons are called for this reader."""
        return WORDS[self.language]

    @property
    def steps(self) -> Locator:
        """What may be done now, and what may not with its reason."""
        return self.page.get_by_role("region", name=self.words["steps"])

    async def open(self, address: str) -> None:
        """Go to a page."""
        answer = await self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, (address, answer.status)

    async def stands(self, status: str) -> None:
        """See the status in the head of the page."""
        await expect(self.page.locator(".status-line .chip")).to_have_text(status)

    # -- filling in ---------------------------------------------------------------------------------------

    def field(self, label: str, inside: Locator | None = None) -> Locator:
        """Return the input of a label, whatever stands behind the label."""
        exact = re.compile(rf"^{re.escape(label)}( \(kr\))?( \*)?$")
        return (inside or self.page.get_by_role("main")).get_by_label(exact)

    async def fill(self, values: Mapping[str, str], inside: Locator | None = None) -> None:
        """Type and choose, unfolding what is folded."""
        for label, value in values.items():
            box = self.field(label, inside)
            folded = box.locator("xpath=ancestor::details[not(@open)]/summary")
            if await folded.count():
                await folded.click()
            if await box.evaluate("box => box.tagName") == "SELECT":
                await box.select_option(label=value)
            else:
                await box.fill(value)

    async def holds(self, values: Mapping[str, str], inside: Locator | None = None) -> None:
        """See that what was typed and chosen still stands there."""
        for label, value in values.items():
            box = self.field(label, inside)
            shown = "box => box.tagName === 'SELECT' ? box.selectedOptions[0].text : box.value"
            assert await box.evaluate(shown) == value, label

    async def send(self, button: Locator) -> int:
        """Press a button that sends a form, and return the answer's status."""
        return await self.heard(button.click())

    async def heard(self, deed: Awaitable[None]) -> int:
        """Do something that sends a form, and return the answer's status."""
        async with self.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            await deed
        return (await answered.value).status

    async def told(self, *reasons: str) -> None:
        """Read every reason, above the form or at its field."""
        for reason in reasons:
            said = self.page.locator("[role=alert], .field-error").filter(has_text=reason)
            await expect(said.first).to_be_visible()

    def group(self, label: str) -> Locator:
        """Return a group of fields, or a section, by its heading."""
        heading = self.page.get_by_role("heading", name=label, exact=True)
        return self.page.locator("details.field-group").filter(has=heading)

    async def save(self, group: str, values: Mapping[str, str]) -> None:
        """Change fields of a group and save it."""
        part = self.group(group)
        await self.fill(values, part)
        assert await self.send(part.get_by_role("button", name=self.words["save"], exact=True)) == 200
        bar = self.page.locator("#done .undo-bar")
        await expect(bar).to_contain_text(f"{self.words['saved']}: ")
        await expect(bar).to_contain_text(next(iter(values)))

    async def may_not_save(self, group: str, values: Mapping[str, str], *reasons: str) -> None:
        """Try to save a group, read why not, and find everything still typed."""
        part = self.group(group)
        await self.fill(values, part)
        assert await self.send(part.get_by_role("button", name=self.words["save"], exact=True)) in REFUSED
        await self.told(*reasons)
        await self.holds(values, part)

    async def create(self, values: Mapping[str, str]) -> None:
        """Fill in the form of a new record and create it."""
        await self.fill(values)
        assert await self.send(self.page.get_by_role("button", name=self.words["create"], exact=True)) == 303

    async def may_not_create(self, values: Mapping[str, str], *reasons: str) -> None:
        """Try to create a record, read why not, and find everything still typed."""
        await self.fill(values)
        assert await self.send(self.page.get_by_role("button", name=self.words["create"], exact=True)) in REFUSED
        await self.told(*reasons)
        await self.holds(values)

    # -- doing --------------------------------------------------------------------------------------------

    async def note(self, fact: str, status: str) -> None:
        """Set a fact with one tap, and see where the record then stands."""
        assert await self.send(self.steps.get_by_role("button", name=fact, exact=True)) == 303
        await self.stands(status)

    async def may_not(self, step: str, reason: str) -> None:
        """See a step that cannot be taken now, with its reason."""
        button = self.steps.get_by_role("button", name=step, exact=True)
        await expect(button).to_be_disabled()
        await expect(button).to_have_accessible_description(re.compile(re.escape(reason)))

    async def begin(self, verb: str) -> Locator:
        """Ask for a verb's form on the page of a record."""
        await self.steps.get_by_role("link", name=verb, exact=True).click()
        form = self.page.locator("#act form")
        await expect(form.get_by_role("heading", name=verb)).to_be_visible()
        return form

    async def do(self, verb: str, values: Mapping[str, str] | None = None) -> None:
        """Do a verb on a record, filling in its form."""
        form = await self.begin(verb)
        await self.fill(values or {}, form)
        assert await self.send(form.get_by_role("button", name=verb, exact=True)) == 200
        await expect(self.page.locator("#act form")).to_have_count(0)

    async def press(self, verb: str) -> None:
        """Do a verb that asks nothing."""
        assert await self.send(self.steps.get_by_role("button", name=verb, exact=True)) == 303

    async def start_from_home(self, verb: str) -> Locator:
        """Ask for a verb's form from the front page."""
        await self.open("/")
        await self.page.get_by_role("main").get_by_role("link", name=verb, exact=True).click()
        form = self.page.locator("form.act-form")
        await expect(form).to_be_visible()
        return form

    async def receive(self, verb: str, values: Mapping[str, str]) -> None:
        """Do a verb of the front page, and come to the record it led to."""
        form = await self.start_from_home(verb)
        await self.fill(values, form)
        assert await self.send(form.get_by_role("button", name=verb, exact=True)) == 200
        await expect(self.page.locator("#head .status-line")).to_be_visible()

    async def may_not_receive(self, verb: str, values: Mapping[str, str], reason: str) -> None:
        """Try a verb of the front page, read why not, and find everything still typed."""
        form = await self.start_from_home(verb)
        await self.fill(values, form)
        assert await self.send(form.get_by_role("button", name=verb, exact=True)) in REFUSED
        await self.told(reason)
        await self.holds(values, form)

    # -- what hangs on a record ---------------------------------------------------------------------------

    async def unfold(self, section: str) -> Locator:
        """Open a section and wait for what is in it."""
        part = self.group(section)
        await part.locator("summary").click()
        await expect(part.locator(".skeleton")).to_have_count(0)
        return part

    async def add(self, section: str, values: Mapping[str, str]) -> None:
        """Add a record to a section; one comes back to where one was."""
        here = self.page.url
        part = await self.unfold(section)
        await part.get_by_role("link", name=self.words["new"], exact=True).click()
        await self.create(values)
        await self.page.wait_for_url(here)

    async def follow(self, section: str, link: str) -> None:
        """Open a record of a section."""
        part = await self.unfold(section)
        await part.get_by_role("link", name=link).click()
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(link)

    async def answer_all(self, answer: str, left: str) -> None:
        """Give every point of a checklist the same answer, each in one tap; ``left`` is how the rest is counted."""
        points = self.page.locator("#checklist").get_by_role("group")
        count = await points.count()
        assert count > 10
        for place in range(count):
            await points.nth(place).get_by_text(answer, exact=True).click()
            rest = count - place - 1
            told = self.page.locator("#checklist h2")
            await (
                expect(told).to_contain_text(left.format(count=rest)) if rest else expect(told).not_to_contain_text("1")
            )

    async def history(self, section: str) -> list[str]:
        """Return the lines of a record's history, the newest first."""
        part = await self.unfold(section)
        lines: list[str] = await part.locator(".history > li").all_inner_texts()
        return lines


async def api_row(client: Any, email: str, password: str, address: str) -> tuple[int, dict[str, Any]]:
    """Sign in at the API and read one record with all its fields."""
    answer = await client.post("/auth/login", json={"email": email, "password": password})
    token = answer.json()["data"]["access_token"]
    read = await client.get(f"{address}?fields=*", headers={"Authorization": f"Bearer {token}"})
    return read.status_code, read.json().get("data") or {}
