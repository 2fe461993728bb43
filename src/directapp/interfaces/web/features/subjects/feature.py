"""What belongs to any record that is a subject: comments and files."""

from directapp.domains.records.fields import CAR_FILES, COMMENTS
from directapp.interfaces.web.core.feature import Feature, post
from directapp.interfaces.web.features.subjects import comments, files
from directapp.interfaces.web.features.subjects.feed import FEEDS
from directapp.interfaces.web.features.subjects.overview import OVERVIEW

_PART = "/app/{collection}/{record}/part"
FEATURE = Feature(
    name="subjects",
    routes=(
        post(f"{_PART}/{COMMENTS}", comments.add_comment),
        post(f"{_PART}/{CAR_FILES}", files.upload),
    ),
    overviews=(OVERVIEW,),
    feeds=FEEDS,
    child_panels={COMMENTS: comments.show_comments, CAR_FILES: files.show_files},
)
