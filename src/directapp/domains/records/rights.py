"""Rights that records share: they follow a subject that is seen in full, and one changes one's own."""

from directapp.declare.fields import SUBJECT_ID
from directapp.declare.rules import Is, SubjectSeen, Who, all_of

# The car that a subject is or belongs to: what is seen with a car is decided without looking it up.
ALONG = "car"
SEEN = SubjectSeen(SUBJECT_ID)
OWN = Is("created_by", Who.USER)
SEEN_OWN = all_of(SEEN, OWN)
