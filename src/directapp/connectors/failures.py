"""What can go wrong with an outside service: errors that say whether waiting helps."""

from http import HTTPStatus
from typing import ClassVar

from directapp.kernel.errors import DirectAppError, Problem
from directapp.kernel.text import Text, _


class OutsideError(DirectAppError):
    """An outside service did not do what was asked.

    ``passing`` tells a job that the same call may succeed later, from ``retry_after`` seconds on where the service
    said so; ``uncertain`` that it may have been done although no answer came, so that a repeat could do it twice.
    """

    status = HTTPStatus.BAD_GATEWAY
    code = "OUTSIDE_FAILED"
    default = _("An outside service did not answer as expected.")
    passing: ClassVar[bool] = False

    def __init__(
        self,
        problems: Problem | Text | None = None,
        *,
        retry_after: float | None = None,
        uncertain: bool = False,
    ) -> None:
        """Keep how long to wait, and whether it may have been done."""
        super().__init__(problems)
        self.retry_after = retry_after
        self.uncertain = uncertain


class OutsideDownError(OutsideError):
    """It does not answer, or answers that it is broken."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "OUTSIDE_DOWN"
    default = _("An outside service does not answer now.")
    passing = True


class OutsideBusyError(OutsideError):
    """It asks to be called less often."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "OUTSIDE_BUSY"
    default = _("An outside service is busy. Try later.")
    passing = True


class SignatureError(OutsideError):
    """A message from outside is not signed by the one it claims to be from, or is too old."""

    status = HTTPStatus.UNAUTHORIZED
    code = "INVALID_SIGNATURE"
    default = _("The message is not signed by its sender.")
