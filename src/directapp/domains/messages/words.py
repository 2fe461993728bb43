"""The choices that messages are sorted by, in the trade's words."""

from directapp.declare.fields import choices

# The roles that read how a customer is reached.
KNOW_CONTACT = "new_car_sales used_car_sales reception planner sales_manager manager finance"
NOT_CONTACT = "parts mechanic detailer"

TYPES = choices(
    ("order", "Ordre", "Order"),
    ("parts", "Deler", "Parts"),
    ("arrival", "Ankomst", "Arrival"),
    ("inspection", "Mottakskontroll", "Inspection"),
    ("planning", "Planlegging", "Planning"),
    ("work", "Klargjøring", "Preparation"),
    ("quality", "Kvalitet", "Quality"),
    ("delivery", "Levering", "Delivery"),
    ("deadline", "Frist", "Deadline"),
    ("transfer", "Overføring", "Transfer"),
    ("comment", "Kommentar", "Comment"),
    ("vendor", "Leverandør", "Vendor"),
    ("registry", "Kjøretøyregister", "Vehicle registry"),
    ("system", "System", "System"),
)
PRIORITIES = choices(
    ("low", "Lav", "Low"),
    ("normal", "Normal", "Normal"),
    ("high", "Høy", "High"),
    ("urgent", "Haster", "Urgent"),
    tones={"urgent": "late", "high": "soon"},
)
CHANNELS = choices(
    ("in_app", "I DirectApp", "In DirectApp"),
    ("email", "E-post", "E-mail"),
    ("sms", "SMS", "SMS"),
    ("phone", "Telefon", "Phone"),
    ("letter", "Brev", "Letter"),
)
DIRECTIONS = choices(("out", "Ut", "Out"), ("in", "Inn", "In"))
RECEIVERS = choices(
    ("user", "Kollega", "Colleague"), ("customer", "Kunde", "Customer"), ("vendor", "Leverandør", "Vendor")
)
STATUSES = choices(
    ("queued", "I kø", "Queued"),
    ("sent", "Sendt", "Sent"),
    ("delivered", "Levert", "Delivered"),
    ("bounced", "Kom i retur", "Bounced"),
    ("complained", "Meldt som søppelpost", "Reported as spam"),
    ("failed", "Feilet", "Failed"),
    ("skipped", "Ikke sendt", "Not sent"),
)
