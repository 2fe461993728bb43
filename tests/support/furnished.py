"""A dealer with rows in many collections."""

from support.dealer import Dealer
from support.pages import new_car
from support.post import SELLER, prepared, sold_car


async def furnish(dealer: Dealer) -> None:
    """Make cars, one of them sold and prepared, with work, accessories and talk about them."""
    seller, planner = await dealer.person(*SELLER), await dealer.person("planner", "499")
    ordered, sold = await new_car(dealer, seller, 2), await sold_car(dealer, 3)
    await prepared(dealer, sold)
    await dealer.create(planner, "work_items", car=str(sold), description="Lakk", kind="other")
    await dealer.create(seller, "car_accessories", car=str(ordered), name="Hengerfeste")
    await dealer.create(seller, "comments", car=str(ordered), text="Haster")
    await dealer.application.dispatcher.drain(dealer.tenant)
