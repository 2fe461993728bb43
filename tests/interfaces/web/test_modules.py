"""The menu follows the modules that a company uses, and stays short."""

import re

from directapp.interfaces.web.core.feature import MOST_IN_MENU
from support.browser import Opener
from support.dealer import Dealer

_MENU = re.compile(r'<nav class="rail".*?</nav>', re.DOTALL)


def entries(page: str) -> tuple[list[str], list[str]]:
    """Return where the menu leads, and what of it stands under "More"."""
    menu = _MENU.findall(page)[0].replace('class="rail-logo"', "")
    folded = "".join(re.findall(r"<details.*?</details>", menu, re.DOTALL))
    links = re.compile(r'<a class="rail-link[^"]*" href="([^"]+)"')
    return links.findall(menu), links.findall(folded)


async def test_what_a_company_does_not_use_is_out_of_the_menu_and_not_out_of_reach(
    dealer: Dealer, signed: Opener
) -> None:
    admin = await signed("tenant_admin", "490")
    assert {"/app/cars", "/app/figures"} <= set(entries((await admin.get("/")).text)[0])
    address = f"/app/tenants/{dealer.tenant}"
    form = await admin.form(address, "modules", modules="fleet")
    assert (await admin.client.post(address, data=form)).status_code == 303
    links = entries((await admin.get("/")).text)[0]
    assert not {"/app/cars", "/app/figures"} & set(links)
    assert (await admin.get("/app/cars")).status_code == 200


async def test_nobody_has_a_longer_menu_than_the_most(signed: Opener) -> None:
    for role, site in (("tenant_admin", ""), ("manager", "490"), ("driver", "490")):
        links, folded = entries((await (await signed(role, site)).get("/")).text)
        assert len(links) - len(folded) + bool(folded) <= MOST_IN_MENU
