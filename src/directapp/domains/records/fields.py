"""Public names of records: its collections."""

FILES = "files"
CAR_FILES = "car_files"
COMMENTS = "comments"
