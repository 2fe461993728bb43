"""Errors that reach a person: a status, a code, and every problem with its field, in the reader's language."""

import dataclasses
import errno
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from directapp.kernel.text import Text, _


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, and at which field (None: the whole record).

    ``stands_on`` is another record that is in the way, by its collection and id, where the reader sees it.
    """

    message: Text
    field: str | None = None
    code: str | None = None
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)
    stands_on: tuple[str, UUID] | None = None


class DirectAppError(Exception):
    """Anything refused on purpose; carries one or more problems."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "INTERNAL"
    default: ClassVar[Text] = _("Something went wrong.")

    def __init__(self, problems: Problem | Text | Iterable[Problem] | None = None) -> None:
        """Keep the problems; a bare Text or nothing becomes one problem without a field."""
        if problems is None:
            problems = self.default
        if isinstance(problems, Text):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(p.message.english for p in self.problems))

    def __reduce__(self) -> tuple[type["DirectAppError"], tuple[tuple[Problem, ...]], dict[str, object]]:
        """Travel between processes with every problem."""
        return type(self), (self.problems,), self.__dict__


class BadQueryError(DirectAppError):
    """A question that cannot be understood (400 INVALID_QUERY)."""

    status = HTTPStatus.BAD_REQUEST
    code = "INVALID_QUERY"


def bad_query(text: Text, name: str, **values: object) -> BadQueryError:
    """Return a refusal that names the parameter or field it is about."""
    shown = name[:120]
    return BadQueryError(Problem(text.fill(name=shown, **values), field=shown))


class BadPayloadError(DirectAppError):
    """A body that cannot be understood (400 INVALID_PAYLOAD)."""

    status = HTTPStatus.BAD_REQUEST
    code = "INVALID_PAYLOAD"


class UnauthenticatedError(DirectAppError):
    """Nobody is signed in, or the credentials are wrong (401 INVALID_CREDENTIALS)."""

    status = HTTPStatus.UNAUTHORIZED
    code = "INVALID_CREDENTIALS"
    default = _("You need to sign in.")


class TokenExpiredError(DirectAppError):
    """The access token has run out (401 TOKEN_EXPIRED)."""

    status = HTTPStatus.UNAUTHORIZED
    code = "TOKEN_EXPIRED"
    default = _("The sign-in has expired.")


class ForbiddenError(DirectAppError):
    """The actor may not do this (403 FORBIDDEN)."""

    status = HTTPStatus.FORBIDDEN
    code = "FORBIDDEN"
    default = _("You do not have the right to do this.")


class SecondFactorError(ForbiddenError):
    """The person has to set up a second factor, or to show it, before anything else (403 MFA_REQUIRED)."""

    code = "MFA_REQUIRED"
    default = _("Sign in with your second factor first.")


class NetworkError(ForbiddenError):
    """The person's role, or the API key, is not used from this address (403 ADDRESS_NOT_ALLOWED)."""

    code = "ADDRESS_NOT_ALLOWED"
    default = _("Your role is not used from this network. Ask an administrator.")


class StepUpError(ForbiddenError):
    """What is asked for needs a second factor shown just now (403 STEP_UP_REQUIRED)."""

    code = "STEP_UP_REQUIRED"
    default = _("Confirm with your second factor first.")


class NotFoundError(DirectAppError):
    """There is no such thing, or the actor does not see it (404 NOT_FOUND)."""

    status = HTTPStatus.NOT_FOUND
    code = "NOT_FOUND"
    default = _("Not found, or not yours to see.")


class ConflictError(DirectAppError):
    """The workflow refuses the step (409 TRANSITION_REFUSED)."""

    status = HTTPStatus.CONFLICT
    code = "TRANSITION_REFUSED"


class NotUniqueError(ConflictError):
    """The same value stands on another record (409 RECORD_NOT_UNIQUE)."""

    code = "RECORD_NOT_UNIQUE"


class StaleError(ConflictError):
    """Somebody else saved in the meantime (409 STALE)."""

    code = "STALE"
    default = _("Someone else has saved in the meantime.")


class UnconfirmedError(ConflictError):
    """Possible, with consequences that are named; sent again with a yes it is done (409 UNCONFIRMED)."""

    code = "UNCONFIRMED"


class InvalidError(DirectAppError):
    """Values that are not acceptable (422 FAILED_VALIDATION)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "FAILED_VALIDATION"


class ReusedKeyError(InvalidError):
    """An idempotency key that stands for something else already."""


class KeyMissingError(DirectAppError):
    """What is stored encrypted cannot be read: its key is missing, or it was changed (503 KEY_MISSING)."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "KEY_MISSING"
    default = _(
        "Something that is stored encrypted cannot be read: its key is missing. Ask those who run the installation."
    )


class TooLargeError(DirectAppError):
    """More bytes than the limit allows (413 CONTENT_TOO_LARGE)."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "CONTENT_TOO_LARGE"


class TooManyError(DirectAppError):
    """Too many tries (429 REQUESTS_EXCEEDED); ``retry_after`` in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "REQUESTS_EXCEEDED"
    default = _("Too many attempts. Wait a little.")

    def __init__(self, problems: Problem | Text | None = None, *, retry_after: int = 1) -> None:
        """Keep how many seconds to wait."""
        super().__init__(problems)
        self.retry_after = retry_after


class UnavailableError(DirectAppError):
    """What is needed is not there for the moment (503 SERVICE_UNAVAILABLE); ``retry_after`` in seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "SERVICE_UNAVAILABLE"
    default = _("The system is not available for the moment. Nothing was saved; try again in a little while.")
    retry_after: ClassVar[int] = 5


# No room on the disk or of one's share of it, a disk that cannot be written to, one that fails; no more open files.
_FOR_THE_MOMENT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})


def without_room(error: BaseException) -> bool:
    """Whether it is the machine that could not, for the moment: its disk is full, its files are used up."""
    return isinstance(error, OSError) and error.errno in _FOR_THE_MOMENT
