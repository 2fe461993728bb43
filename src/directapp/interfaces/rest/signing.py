"""Sign-in for programs: tokens in the answer, the refresh token in a cookie, or a page session."""

from collections.abc import Mapping
from typing import Any, cast

import orjson
from starlette.background import BackgroundTask
from starlette.responses import Response

from directapp.domains.people import auth as signing
from directapp.domains.people import enrolment, links
from directapp.domains.people.flow import Mode, SignedIn
from directapp.interfaces.rest.body import bad_payload, only, read_object, text_of
from directapp.interfaces.rest.endpoint import DEVICE_COOKIE, REFRESH_COOKIE, SESSION_COOKIE, Call, refuse_foreign
from directapp.interfaces.rest.errors import json_response
from directapp.kernel.text import _

_MODES = ("json", "cookie", "session")
_SMALL = 16 * 1024
_MODE = _("{name} must be json, cookie or session.")
_NO_TOKEN = _("{name} is missing.")
_REFRESH_SECONDS, _YEAR_SECONDS = 30 * 24 * 3600, 365 * 24 * 3600


async def login(call: Call) -> Response:
    """Begin a session with e-mail and password."""
    body = only(await read_object(call.request, _SMALL), "email", "password", "mode", "otp")
    if _mode(body, "json") != "json":
        refuse_foreign(call)
    signed_in = await signing.sign_in(
        call.application.auth,
        email=text_of(body, "email"),
        password=text_of(body, "password"),
        address=call.address,
        user_agent=call.request.headers.get("user-agent", "")[:300],
        mode=_mode(body, "json"),
        device=call.request.cookies.get(DEVICE_COOKIE, ""),
        code=text_of(body, "otp") if body.get("otp") is not None else "",
    )
    response = _answer(call, signed_in, _mode(body, "json"))
    if _mode(body, "json") != "json" and signed_in.device is not None:
        _set(call, response, DEVICE_COOKIE, signed_in.device, _YEAR_SECONDS)
    return response


async def refresh(call: Call) -> Response:
    """Exchange a refresh token for the next pair."""
    body = only(await read_object(call.request, _SMALL), "refresh_token", "mode")
    text, from_cookie = _token(call, body)
    signed_in = await signing.refresh(call.application.auth, text)
    mode = _mode(body, "session" if signed_in.cookie else "cookie" if from_cookie else "json")
    return _answer(call, signed_in, mode)


async def logout(call: Call) -> Response:
    """End the session of a refresh token."""
    body = only(await read_object(call.request, _SMALL), "refresh_token", "mode")
    text, _ = _token(call, body)
    await signing.sign_out(call.application.auth, text)
    response = Response(status_code=204)
    for name in (SESSION_COOKIE, REFRESH_COOKIE):
        if name in call.request.cookies:
            response.delete_cookie(name, path="/", secure=_secure(call), httponly=True, samesite="lax")
            # As the pages' own way out does: what a browser has kept of answers goes, what waits to be sent stays.
            response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def set_up_factor(call: Call) -> Response:
    """Give a secret for an authenticator app; it counts once a code of it has been shown."""
    body = only(await read_object(call.request, _SMALL), "password")
    password = text_of(body, "password") if body.get("password") is not None else ""
    begun = await enrolment.begin_totp(call.application.auth, call.actor, call.address, password=password)
    return json_response(orjson.dumps({"data": {"secret": begun.secret, "otpauth_url": begun.address}}))


async def verify_factor(call: Call) -> Response:
    """Take a code: of the app that is being set up, else of a second factor that is there, or a recovery code."""
    body = only(await read_object(call.request, _SMALL), "otp")
    enrolled = await enrolment.verify(call.application.auth, call.actor, call.address, code=text_of(body, "otp"))
    if enrolled is None:
        return Response(status_code=204)
    return json_response(orjson.dumps({"data": {"recovery_codes": enrolled.codes}}))


async def request_password(call: Call) -> Response:
    """Mail a link for a new password, if there is such a user; the answer tells nobody whether there is."""
    body = only(await read_object(call.request, _SMALL), "email")
    task = BackgroundTask(links.request_reset, call.application.auth, text_of(body, "email"))
    return Response(status_code=204, background=task)


async def reset_password(call: Call) -> Response:
    """Set a new password by a mailed link."""
    body = only(await read_object(call.request, _SMALL), "token", "password")
    await links.use_link(call.application.auth, text_of(body, "token"), text_of(body, "password"), address=call.address)
    return Response(status_code=204)


def _mode(body: Mapping[str, Any], default: Mode) -> Mode:
    mode = body.get("mode")
    if mode is None:
        return default
    if mode not in _MODES:
        raise bad_payload(_MODE, "mode")
    return cast("Mode", mode)


def _token(call: Call, body: dict[str, Any]) -> tuple[str, bool]:
    """Return the token of the body, else that of a cookie our own pages sent."""
    if body.get("refresh_token") is not None:
        return text_of(body, "refresh_token"), False
    names = (SESSION_COOKIE, REFRESH_COOKIE) if body.get("mode") == "session" else (REFRESH_COOKIE, SESSION_COOKIE)
    for name in names:
        text = call.request.cookies.get(name)
        if text:
            refuse_foreign(call)
            return text, True
    raise bad_payload(_NO_TOKEN, "refresh_token")


def _answer(call: Call, signed_in: SignedIn, mode: Mode) -> Response:
    data: dict[str, Any] = {"expires": signed_in.expires}
    if signed_in.access_token is not None:
        data["access_token"] = signed_in.access_token
    if mode == "json" and signed_in.refresh_token is not None:
        data["refresh_token"] = signed_in.refresh_token
    response = json_response(orjson.dumps({"data": data}))
    if signed_in.cookie is not None:
        _set(call, response, SESSION_COOKIE, signed_in.cookie, signed_in.expires // 1000)
    elif mode == "cookie" and signed_in.refresh_token is not None:
        _set(call, response, REFRESH_COOKIE, signed_in.refresh_token, _REFRESH_SECONDS)
    return response


def _set(call: Call, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=_secure(call), httponly=True, samesite="lax")


def _secure(call: Call) -> bool:
    return call.application.platform.public_url.startswith("https:")
