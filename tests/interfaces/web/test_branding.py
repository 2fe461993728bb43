"""Branding: colours are tried with their contrast, saved by who may, and seen at once by everyone of the site."""

import io

from PIL import Image

from support.browser import Opener, field
from support.dealer import Dealer


async def test_a_manager_sets_the_look_of_the_own_site(dealer: Dealer, signed: Opener) -> None:
    manager, seller = await signed("manager"), await signed("new_car_sales")
    page = (await manager.get("/app/branding")).text
    assert "Audi" in page
    await seller.get("/")
    logo = io.BytesIO()
    Image.new("RGB", (96, 64), "#123456").save(logo, "PNG")
    names = ("_csrf", "_key", "_version", "site")
    form = {n: field(page, n) for n in names} | {"primary": "#c2fe06", "secondary": "#001e50"}
    saved = await manager.client.post(
        "/app/branding", data=form, files={"logo": ("l.png", logo.getvalue(), "image/png")}
    )
    assert saved.status_code == 303
    row = await dealer.read(manager.actor, "dealerships", dealer.sites["495"])
    assert row["brand_colors"] == {"primary": "#c2fe06", "secondary": "#001e50"}
    home = (await seller.get("/")).text
    assert "/static/brand/c2fe06.css" in home
    assert f'src="/assets/{row["logo"]}"' in home
    assert (await seller.get(f"/assets/{row['logo']}")).status_code == 200
    assert "remove_logo" in (await manager.get("/app/branding")).text


async def test_colours_are_tried_before_they_are_saved(signed: Opener) -> None:
    manager = await signed("manager")
    told = (await manager.part("/app/branding/preview?primary=%23c2fe06&secondary=%23001e50")).text
    assert "Valgt farge har kontrast 1,1 : 1 mot bakgrunnen. Her brukes #" in told
    assert "mot bakgrunnen og brukes som den er" in told
    assert "er ikke en farge" in (await manager.part("/app/branding/preview?primary=red&secondary=")).text
    tried = (await manager.get("/app/branding?primary=%23c2fe06")).text
    assert 'value="#c2fe06"' in tried


async def test_what_is_no_colour_or_no_picture_is_refused(signed: Opener) -> None:
    manager = await signed("manager")
    form = {"_csrf": await manager.token(), "primary": "red", "secondary": "#001e50"}
    refused = await manager.client.post("/app/branding", data=form)
    assert refused.status_code == 422
    assert "ikke en farge" in refused.text
    files = {"logo": ("l.pdf", b"%PDF-1.4", "application/pdf")}
    refused = await manager.client.post("/app/branding", data={**form, "primary": "#112233"}, files=files)
    assert "må være et bilde" in refused.text


async def test_only_who_may_sets_the_look(dealer: Dealer, signed: Opener) -> None:
    seller, manager, admin = await signed("new_car_sales"), await signed("manager"), await signed("tenant_admin")
    other = dealer.sites["324"]
    assert (await seller.get("/app/branding")).status_code == 403
    assert (await manager.get(f"/app/branding?site={other}")).status_code == 403
    assert "brand-site" not in (await manager.get("/app/branding")).text
    page = (await admin.get(f"/app/branding?site={other}")).text
    assert "brand-site" in page
    assert "Škoda" in page
    assert f"/app/branding?site={other}" in (await admin.get(f"/app/dealerships/{other}")).text
    assert "/app/branding" not in (await seller.get(f"/app/dealerships/{dealer.sites['495']}")).text
