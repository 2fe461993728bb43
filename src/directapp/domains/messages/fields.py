"""Public names of messages: its collections."""

NOTIFICATIONS = "notifications"
NOTICE_CHOICES = "notice_choices"
STATUS_LINKS = "status_links"
MESSAGES = "messages"
SUPPRESSED_ADDRESSES = "suppressed_addresses"
VENDOR_LINKS = "vendor_links"
