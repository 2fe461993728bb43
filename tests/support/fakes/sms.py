"""Twilio and Sveve: messages in, and what they tell about them later."""

import base64
from typing import Any

from support.fakes.server import Fake, Heard, Reply, as_json

ACCOUNT = "AC00000000000000000000000000000001"
SECRET = "secret"


class FakeTwilio(Fake):
    """Takes form posts from one account."""

    def __init__(self, *, secret: str = SECRET) -> None:
        super().__init__()
        self._login = "Basic " + base64.b64encode(f"{ACCOUNT}:{secret}".encode()).decode()
        self.sent: list[dict[str, str]] = []

    async def answer(self, heard: Heard) -> Reply:
        if heard.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return _refusal(404, 20404)
        if heard.headers.get("authorization") != self._login:
            return _refusal(401, 20003)
        form = heard.form()
        if not form.get("To", "").startswith("+47") or form["To"].startswith("+4721"):
            return _refusal(400, 21211)
        if not ("From" in form or "MessagingServiceSid" in form):
            return _refusal(400, 21603)
        self.sent.append(form)
        number = len(self.sent)
        await self.taken()
        return as_json(_message(number, form), 201)

    async def taken(self) -> None:
        """Do nothing between taking a message and answering."""


def _refusal(status: int, code: int) -> Reply:
    about = f"https://www.twilio.com/docs/errors/{code}"
    return as_json({"code": code, "message": "invented", "more_info": about, "status": status}, status)


def _message(number: int, form: dict[str, str]) -> dict[str, Any]:
    return {
        "sid": f"SM{number:032d}",
        "account_sid": ACCOUNT,
        "from": form.get("From"),
        "to": form["To"],
        "body": form["Body"],
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": str(1 + len(form["Body"]) // 161),
        "error_code": None,
        "date_created": "Mon, 05 Jan 2026 08:00:00 +0000",
    }


class FakeSveve(Fake):
    """Answers 200 whatever is wrong, except for more than five at once."""

    def __init__(self, *, password: str = SECRET) -> None:
        super().__init__()
        self._password = password
        self.sent: list[dict[str, Any]] = []

    async def answer(self, heard: Heard) -> Reply:
        if self.most_at_once > 5:
            return as_json({}, 429)
        asked = heard.json()
        if asked.get("passwd") != self._password or asked.get("f") != "json":
            return _said(fatalError="Feil brukernavn/passord")
        good = [one for one in asked["messages"] if one["to"][:1] in {"4", "9", "+"}]
        bad = [{"number": one["to"], "message": "invented"} for one in asked["messages"] if one not in good]
        first = 42_009_001 + len(self.sent)
        self.sent += good
        ids = list(range(first, first + len(good)))
        return _said(msgOkCount=len(good), stdSMSCount=len(good), ids=ids, errors=bad)


def _said(**found: Any) -> Reply:
    nothing: dict[str, Any] = {"msgOkCount": 0, "stdSMSCount": 0, "ids": [], "fatalError": None, "errors": []}
    return as_json({"response": nothing | found})
