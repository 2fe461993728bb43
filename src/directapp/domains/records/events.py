"""What is added to records."""

from directapp.declare.events import event
from directapp.domains.records.fields import CAR_FILES, COMMENTS
from directapp.kernel.text import _

COMMENT_WRITTEN = event("comment.written", COMMENTS, _("Comment written"))
COMMENT_MENTIONED = event("comment.mentioned", COMMENTS, _("Mentioned in a comment"))
FILE_ADDED = event("car_file.added", CAR_FILES, _("File added"))
