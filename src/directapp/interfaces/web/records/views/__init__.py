"""Views: a list as a board and as a calendar, the views people save of it, and the palette that finds anything."""
