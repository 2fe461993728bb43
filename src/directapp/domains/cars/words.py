"""The choices that car fields offer, in the trade's words."""

from directapp.declare.fields import Choice, choices

CAR_TYPES: tuple[Choice, ...] = choices(
    ("new", "Nybil", "New"),
    ("used", "Bruktbil", "Used"),
    ("demo", "Demobil", "Demo"),
    ("certified", "Sertifisert bruktbil", "Certified used"),
)
NEW = ("new", "demo")
USED = ("used", "certified")
PRIORITIES = choices(
    ("low", "Lav", "Low"),
    ("normal", "Normal", "Normal"),
    ("high", "Høy", "High"),
    ("urgent", "Haster", "Urgent"),
    tones={"urgent": "late", "high": "soon"},
)
CUSTOMER_KINDS = choices(("person", "Privatperson", "Person"), ("company", "Bedrift", "Company"))
CUSTOMER_LANGUAGES = choices(("nb", "Norsk", "Norwegian"), ("en", "Engelsk", "English"))
WINDOW_FILMS = choices(("none", "Ingen", "None"), ("S", "S", "S"), ("M", "M", "M"), ("L", "L", "L"))
TREATMENTS = choices(
    ("none", "Ingen", "None"),
    ("standard", "Standard", "Standard"),
    ("premium", "Premium", "Premium"),
    ("ultra", "Ultra", "Ultra"),
)
PARTS_STATUSES = choices(
    ("none", "Ingen deler", "No parts"),
    ("ordered", "Bestilt", "Ordered"),
    ("in_transit", "Underveis", "In transit"),
    ("arrived", "Ankommet", "Arrived"),
    ("installed", "Montert", "Installed"),
)
REWORK = choices(
    ("technical", "Teknisk", "Technical"),
    ("cosmetic", "Kosmetisk", "Cosmetic"),
    ("both", "Teknisk og kosmetisk", "Technical and cosmetic"),
)
SLA = choices(
    ("on_time", "I rute", "On time"),
    ("at_risk", "Utsatt", "At risk"),
    ("delayed", "Forsinket", "Delayed"),
    tones={"on_time": "done", "at_risk": "soon", "delayed": "late"},
)
ARCHIVE_REASONS = choices(
    ("cancelled", "Avbestilt", "Cancelled"),
    ("scrapped", "Vraket", "Scrapped"),
    ("sold_to_trade", "Solgt i bransjen", "Sold to trade"),
    ("returned_to_factory", "Returnert til fabrikk", "Returned to factory"),
    ("duplicate", "Registrert dobbelt", "Registered twice"),
    ("delivered", "Levert til kunde", "Delivered to customer"),
)
FUELS = choices(
    ("petrol", "Bensin", "Petrol"),
    ("diesel", "Diesel", "Diesel"),
    ("electric", "Elektrisk", "Electric"),
    ("plug_in_hybrid", "Ladbar hybrid", "Plug-in hybrid"),
    ("hybrid", "Hybrid", "Hybrid"),
    ("hydrogen", "Hydrogen", "Hydrogen"),
    ("gas", "Gass", "Gas"),
)
REGISTRATION_STATUSES = choices(
    ("registered", "Registrert", "Registered"),
    ("not_registered", "Ikke registrert", "Not registered"),
    ("deregistered", "Avregistrert", "Deregistered"),
    ("scrapped", "Vraket", "Scrapped"),
    ("stolen", "Stjålet", "Stolen"),
)
WORK_KINDS = choices(("technical", "Teknisk", "Technical"), ("cosmetic", "Kosmetisk", "Cosmetic"))
