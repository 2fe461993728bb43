"""What happens to messages and to the links of customers and vendors."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import CARS
from directapp.domains.messages.fields import MESSAGES, STATUS_LINKS, VENDOR_LINKS
from directapp.kernel.text import Text

SEND = event("message.send", MESSAGES, Text("Send melding", "Send a message"), internal=True)
RECEIVED = event("message.received", MESSAGES, Text("Melding mottatt", "Message received"))
CAME_BACK = event("message.came_back", MESSAGES, Text("Melding kom ikke fram", "Message not delivered"))
DELIVERY_TOMORROW = event("car.delivery_tomorrow", CARS, Text("Levering i morgen", "Delivery tomorrow"), day=Kind.DATE)
OVERDUE = event("car.overdue", CARS, Text("Bil over fristen", "Car overdue"))
SHARE = event(
    "customer.share",
    STATUS_LINKS,
    Text("Send kundelenke", "Send a customer link"),
    internal=True,
    channel=Kind.STRING,
    car=Kind.REF,
)
VENDOR_ASKED = event("vendor.asked", VENDOR_LINKS, Text("Leverandør spurt", "Vendor asked"))
VENDOR_ANSWERED = event(
    "vendor.answered", VENDOR_LINKS, Text("Leverandør har svart", "Vendor has answered"), heard=Kind.BOOLEAN
)
VENDOR_SAID = event(
    "vendor.said",
    VENDOR_LINKS,
    Text("Melding fra leverandør", "Message from a vendor"),
    text=Kind.TEXT,
    codes=Kind.JSON,
    sender=Kind.STRING,
)
VENDOR_UNMATCHED = event(
    "vendor.unmatched",
    VENDOR_LINKS,
    Text("Svar som kan gjelde flere oppdrag", "Answer that may be about several works"),
    text=Kind.TEXT,
    codes=Kind.JSON,
    sender=Kind.STRING,
)
LETTER_CAME = event(
    "vendor.mail",
    VENDOR_LINKS,
    Text("Hent brev fra leverandør", "Fetch a vendor’s letter"),
    internal=True,
    mail=Kind.STRING,
)
