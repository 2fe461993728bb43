"""Rights that records share: they follow a car that is seen in full, and one changes one's own."""

from directapp.declare.rules import Is, SeenInFull, Who, all_of

EVERYONE = "new_car_sales used_car_sales parts reception planner mechanic detailer sales_manager manager finance"

SEEN = SeenInFull("car", "cars")
OWN = Is("created_by", Who.USER)
SEEN_OWN = all_of(SEEN, OWN)
