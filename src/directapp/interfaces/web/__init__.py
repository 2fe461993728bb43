"""Web: the pages. Bytes to Intents and view models to HTML; no rule and no right is decided here."""
