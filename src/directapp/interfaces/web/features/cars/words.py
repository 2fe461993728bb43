"""Words of the car's page. What the declaration names is not here."""

from directapp.kernel.text import Text, _

WORDS: dict[str, Text] = {
    "customer": _("Customer"),
    "price": _("Price"),
    "where": _("Car stands"),
    "key": _("Key"),
    "mileage": _("Mileage"),
    "mileage_unread": _("Mileage could not be read"),
    "misplaced": _("Not in its place"),
    "seller": _("Sold by"),
    "site_phone": _("Call the site"),
    "parts_missing": _("Parts missing"),
    "see_parts": _("See the orders"),
    "to_approve": _("Work to approve"),
    "ask_for": _("Ask for this car"),
    "asked_for": _("Asked for by"),
    "see_request": _("See the request"),
    "see_work": _("See the work"),
}
