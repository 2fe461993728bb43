"""The choices that messages are sorted by, in the trade's words."""

from directapp.declare.fields import choices
from directapp.kernel.text import _, pgettext

# The roles that read how a customer is reached.
KNOW_CONTACT = "new_car_sales used_car_sales reception planner sales_manager manager finance"
NOT_CONTACT = "parts mechanic detailer"

TYPES = choices(
    ("order", _("Order")),
    ("parts", _("Parts")),
    ("arrival", _("Arrival")),
    ("inspection", _("Inspection")),
    ("planning", _("Planning")),
    ("work", _("Preparation")),
    ("quality", _("Quality")),
    ("delivery", _("Delivery")),
    ("deadline", _("Deadline")),
    ("transfer", _("Transfer")),
    ("comment", _("Comment")),
    ("vendor", _("Vendor")),
    ("registry", pgettext("subject of a notification", "Vehicle registry")),
    ("system", _("System")),
)
PRIORITIES = choices(
    ("low", _("Low")),
    ("normal", _("Normal")),
    ("high", _("High")),
    ("urgent", _("Urgent")),
    tones={"urgent": "late", "high": "soon"},
)
CHANNELS = choices(
    ("in_app", _("In DirectApp")),
    ("email", _("E-mail")),
    ("sms", _("SMS")),
    ("phone", _("Phone")),
    ("letter", _("Letter")),
)
DIRECTIONS = choices(("out", _("Out")), ("in", _("In")))
RECEIVERS = choices(("user", _("Colleague")), ("customer", _("Customer")), ("vendor", _("Vendor")))
STATUSES = choices(
    ("queued", _("Queued")),
    ("sent", _("Sent")),
    ("delivered", _("Delivered")),
    ("bounced", _("Bounced")),
    ("complained", _("Reported as spam")),
    ("failed", _("Failed")),
    ("skipped", _("Not sent")),
)
