"""Public names of the workshop: its collections."""

INSPECTION_TEMPLATES = "inspection_templates"
INSPECTIONS = "inspections"
WORK_ITEMS = "work_items"
PARTS_INVENTORY = "parts_inventory"
SERVICE_HISTORY = "service_history"
