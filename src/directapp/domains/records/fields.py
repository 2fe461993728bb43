"""Public names of records: its collections."""

CAR_FILES = "car_files"
COMMENTS = "comments"
