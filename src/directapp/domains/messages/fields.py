"""Public names of messages: its collections and fields."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

NOTIFICATIONS = "notifications"
NOTICE_CHOICES = "notice_choices"
STATUS_LINKS = "status_links"
MESSAGES = "messages"
SUPPRESSED_ADDRESSES = "suppressed_addresses"
VENDOR_LINKS = "vendor_links"
MESSAGE_TEXTS = "message_texts"


class Notifications(FieldNames):
    """The fields of notifications."""

    receiver: FieldName[UUID]
    event: FieldName[str]
    type: FieldName[str]
    priority: FieldName[str]
    title: FieldName[str]
    body: FieldName[str]
    car: FieldName[UUID]
    subject_collection: FieldName[str]
    subject_id: FieldName[UUID]
    read_at: FieldName[datetime]
    key: FieldName[str]


class NoticeChoices(FieldNames):
    """The fields of notice choices."""

    user: FieldName[UUID]
    email_events: FieldName[list[str]]
    quiet_from: FieldName[str]
    quiet_to: FieldName[str]
    digest: FieldName[bool]


class StatusLinks(FieldNames):
    """The fields of customer links."""

    car: FieldName[UUID]
    expires_at: FieldName[datetime]
    opened_at: FieldName[datetime]
    revoked_at: FieldName[datetime]
    revoked_by: FieldName[UUID]


class Messages(FieldNames):
    """The fields of messages."""

    # Message
    subject_collection: FieldName[str]
    subject_id: FieldName[UUID]
    car: FieldName[UUID]
    channel: FieldName[str]
    direction: FieldName[str]
    receiver_kind: FieldName[str]
    receiver: FieldName[UUID]
    event: FieldName[str]
    at: FieldName[datetime]

    # Content
    subject: FieldName[str]
    body: FieldName[str]
    content: FieldName[Json]

    # Address
    to: FieldName[str]

    # Result
    status: FieldName[str]
    sent_at: FieldName[datetime]
    delivered_at: FieldName[datetime]
    failed_at: FieldName[datetime]
    error: FieldName[str]
    provider: FieldName[str]
    provider_id: FieldName[str]
    tried_at: FieldName[datetime]
    batch: FieldName[str]
    last_report: FieldName[str]
    link: FieldName[UUID]
    key: FieldName[str]


class SuppressedAddresses(FieldNames):
    """The fields of suppressed addresses."""

    channel: FieldName[str]
    address: FieldName[str]
    reason: FieldName[str]
    detail: FieldName[str]
    since: FieldName[datetime]
    released_at: FieldName[datetime]
    released_by: FieldName[UUID]


class VendorLinks(FieldNames):
    """The fields of links sent to vendors."""

    # Work
    work_item: FieldName[UUID]
    car: FieldName[UUID]
    vendor_name: FieldName[str]
    email: FieldName[str]
    phone: FieldName[str]
    language: FieldName[str]
    note: FieldName[str]
    asked_by: FieldName[UUID]
    expires_at: FieldName[datetime]
    opened_at: FieldName[datetime]
    revoked_at: FieldName[datetime]
    revoked_by: FieldName[UUID]

    # Answer
    answered_at: FieldName[datetime]
    answer: FieldName[str]
    price: FieldName[Decimal]
    ready_on: FieldName[date]
    answer_note: FieldName[str]


class MessageTexts(FieldNames):
    """The fields of message texts."""

    event: FieldName[str]
    language: FieldName[str]
    dealership: FieldName[UUID]
    subject: FieldName[str]
    body: FieldName[str]
    sms: FieldName[str]
