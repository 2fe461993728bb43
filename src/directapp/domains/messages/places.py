"""Places: what stands for what in the words of a message, for those who write their own."""

from directapp.kernel.text import Text, _

# What stands for what in the words of a message to somebody outside.
PLACES: dict[str, Text] = {
    "first": _("The receiver’s first name"),
    "model": _("Make and model"),
    "car": _("Plate, make and model"),
    "site": _("The site’s name"),
    "seller": _("The seller’s first name"),
    "when": _("The day of delivery"),
    "detail": _("Time and place, or what is asked for"),
    "call": _("Whom to call"),
    "code": _("The code of the work"),
    "link": _("The address of the page"),
}
# What stands for what in the words of a message to colleagues, where that is something else.
COLLEAGUE_PLACES: dict[str, Text] = {
    **PLACES,
    "who": _("Who did it"),
    "order": _("Order number"),
    "origin": _("The site that it comes from"),
    "what": _("The work"),
    "when": _("When"),
    "detail": _("More about it, where there is more"),
    "address": _("The address"),
    "count": _("How many there are"),
}
