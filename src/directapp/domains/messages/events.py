"""What happens to messages and to the links of customers and vendors."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.fields import MESSAGES, STATUS_LINKS, VENDOR_LINKS
from directapp.kernel.text import _

SEND = event("message.send", MESSAGES, _("Send a message"), internal=True)
RECEIVED = event("message.received", MESSAGES, _("Message received"))
CAME_BACK = event("message.came_back", MESSAGES, _("Message not delivered"))
DELIVERY_TOMORROW = event("car.delivery_tomorrow", CARS, _("Delivery tomorrow"), day=Kind.DATE)
OVERDUE = event("car.overdue", CARS, _("Car overdue"))
SHARE = event(
    "customer.share",
    STATUS_LINKS,
    _("Send a customer link"),
    internal=True,
    channel=Kind.STRING,
    car=Kind.REF,
)
VENDOR_ASKED = event("vendor.asked", VENDOR_LINKS, _("Vendor asked"))
VENDOR_ANSWERED = event("vendor.answered", VENDOR_LINKS, _("Vendor has answered"), heard=Kind.BOOLEAN)
VENDOR_SAID = event(
    "vendor.said",
    VENDOR_LINKS,
    _("Message from a vendor"),
    text=Kind.TEXT,
    codes=Kind.JSON,
    sender=Kind.STRING,
)
VENDOR_UNMATCHED = event(
    "vendor.unmatched",
    VENDOR_LINKS,
    _("Answer that may be about several works"),
    text=Kind.TEXT,
    codes=Kind.JSON,
    sender=Kind.STRING,
)
LETTER_CAME = event(
    "vendor.mail",
    VENDOR_LINKS,
    _("Fetch a vendor’s letter"),
    internal=True,
    mail=Kind.STRING,
)
