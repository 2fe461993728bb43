"""DirectApp: vehicle operations for dealer groups and fleets."""
