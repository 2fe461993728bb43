"""Pages that look ahead: plan proposals, what could give way, when a car will be ready."""
