"""The floor: pages for one hand and a phone, with and without network, and what is printed for a car."""
