"""Comments: what people say about a record, of any collection that is a subject."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Emit
from directapp.declare.fields import SUBJECT_COLLECTION, SUBJECT_ID, Group, field, subject_fields
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import WORKING
from directapp.domains.records.events import COMMENT_MENTIONED, COMMENT_WRITTEN
from directapp.domains.records.fields import Comments
from directapp.domains.records.rights import ALONG, SEEN, SEEN_OWN
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

CONTENT = Group(
    "all",
    _("Comment"),
    (
        *subject_fields(along=ALONG, required=True, on_delete="cascade", immutable=True),
        field(Comments.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", immutable=True),
        field(Comments.text, _("Comment"), Kind.TEXT, required=True, max_length=4000, search=True, personal="customer"),
        field(Comments.mentions, _("Mentioned"), Kind.REFS, ref=USERS, seers=True),
    ),
)


def archived_is_silent(case: Case) -> list[Problem]:
    """Keep an archived car read-only."""
    if case.actor.is_system or case.one("car").get(Cars.status) != "archived":
        return []
    words = _("The car is archived and takes no comments.")
    return [Problem(words, field=Comments.car, code="CONFLICT")]


COMMENTS = Collection(
    name="comments",
    label=_("Comment"),
    plural=_("Comments"),
    groups=(CONTENT,),
    access=Access(
        systems=("workflow", "vendor", "importer", "demo"),
        grants=(
            *grants(WORKING, rows=SEEN, read=("all",), write=("all",), edit=SEEN_OWN, create=True),
            Grant(role="tenant_admin", write=("*",), create=True),
        ),
    ),
    views=Views(
        columns=(Comments.created_at, Comments.created_by, Comments.subject_id, Comments.car, Comments.text),
        title=(Comments.text,),
        filters=(Comments.created_by, Comments.subject_collection),
        icon="message",
    ),
    rules=(archived_is_silent,),
    related=(One("car", Comments.car, CARS),),
    indexes=((SUBJECT_COLLECTION, SUBJECT_ID), ("car", "created_at")),
    events=(Emit(event=COMMENT_WRITTEN, field=Comments.text), Emit(event=COMMENT_MENTIONED, field=Comments.mentions)),
)
