"""App: settings, wiring and load order. It knows everyone and decides nothing; nobody imports it."""
