"""The plan: the calendar of bookings, the wizard that books a waiting car, and a person's own day."""
