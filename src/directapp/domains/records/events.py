"""What is added to records."""

from directapp.declare.events import event
from directapp.domains.records.fields import CAR_FILES, COMMENTS
from directapp.kernel.text import Text

COMMENT_WRITTEN = event("comment.written", COMMENTS, Text("Kommentar skrevet", "Comment written"))
COMMENT_MENTIONED = event("comment.mentioned", COMMENTS, Text("Nevnt i en kommentar", "Mentioned in a comment"))
FILE_ADDED = event("car_file.added", CAR_FILES, Text("Fil lagt til", "File added"))
