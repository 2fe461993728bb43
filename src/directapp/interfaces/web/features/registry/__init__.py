"""Pages of the vehicle registry: look-ups on a car and on a new one, the nights, and inspections that fall due."""
