"""Figures: how the capacity is used, how the work goes, what sites owe each other, and hours for payroll."""
