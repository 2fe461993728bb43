"""What a car tells of each kind of work that bookings are made for: when it began and ended, by the kind."""

from collections.abc import Mapping
from datetime import datetime

from directapp.declare.names import FieldName
from directapp.domains.cars.fields import WORK, Cars

STARTS: Mapping[str, FieldName[datetime]] = {
    **{kind: work.started for kind, work in WORK.items()},
    "inspection": Cars.inspection_started_at,
}
ENDS: Mapping[str, FieldName[datetime]] = {
    **{kind: work.completed for kind, work in WORK.items()},
    "inspection": Cars.inspection_completed_at,
    "quality": Cars.quality_checked_at,
}
