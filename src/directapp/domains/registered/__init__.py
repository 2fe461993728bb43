"""What every registered vehicle has, whoever keeps it: its identity and what the vehicle registry knows of it."""
