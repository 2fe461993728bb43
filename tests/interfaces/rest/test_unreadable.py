"""What cannot be read is refused with words that name it, wherever it stands in a request."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson
import pytest

from directapp.app.container import Application
from directapp.app.web import build_app
from support.dealer import Dealer
from support.served import Served, served

JSON = b"application/json"
NONE = "00000000-0000-4000-8000-000000000000"
DIGITS = b"9" * 5000
DEEP = b"[" * 10_000 + b"]" * 10_000
FORM = b"multipart/form-data; boundary=b"


@pytest.fixture(scope="module")
def front(application: Application) -> Any:
    return build_app(application)


@pytest.fixture
async def there(dealer: Dealer, front: Any) -> AsyncIterator[Served]:
    """Serve the application to an administrator who has one car."""
    async with served(dealer, {"tenant_admin": "490"}, front) as found:
        yield found


async def said(there: Served, method: bytes, target: bytes, body: bytes | None = None, *headers: bytes) -> Any:
    """Send a request as it stands, and return the status and the body."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: a", b"Connection: close", *headers]
    if not any(line.lower().startswith(b"authorization") for line in headers):
        lines.append(b"Authorization: Test tenant_admin")
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
        if not any(line.lower().startswith(b"content-type") for line in headers):
            lines.append(b"Content-Type: " + JSON)
    reader, writer = await asyncio.open_connection("127.0.0.1", there.port)
    try:
        writer.write(b"\r\n".join([*lines, b"", b""]) + (body or b""))
        async with asyncio.timeout(60):
            answer = await reader.read()
    finally:
        writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 "), (method, target[:80], answer[:80])
    return int(head[9:12]), rest, head


async def refused(there: Served, found: Iterable[tuple[Any, ...]], statuses: set[int]) -> None:
    """Demand one of the statuses for each request, with words in the reader's language."""
    wrong = []
    for request in found:
        status, body, _ = await said(there, *request)
        words = orjson.loads(body)["errors"] if status in statuses and request[0] != b"HEAD" else [{"message": "?"}]
        if status not in statuses or not all(one["message"] for one in words):
            wrong.append((status, [part[:90] for part in request if part], body[:160]))
    assert wrong == []


QUERIES = [
    b"filter=%00",
    b"filter=" + b"%5B" * 9000,
    b"filter=%7B%22make%22:NaN%7D",
    b"filter=%ff",
    b"filter=true",
    b"filter[make]=%00",
    b"filter[make][_eq][_eq]=1",
    b"filter" + b"[_and][0]" * 20 + b"[make][_eq]=x",
    b"filter[model_year][_eq]=" + DIGITS,
    b"filter[model_year][_eq]=NaN",
    b"filter[model_year][_in]=1,x",
    b"filter[created_at][_gt]=0001-01-01",
    b"filter[created_at][_lt]=9999-12-31T23:59:59-14:00",
    b"filter[delivery_date][_eq]=9999-12-31T23:59:59Z",
    b"filter[delivery_date][_between]=0001-01-01,9999-12-31",
    b"filter[created_at][_gt]=$NOW(-999999%20years)",
    b"filter[seller][_eq]=%00",
    b"filter[id][_in]=a%2Fb",
    b"limit=-1",
    b"limit=1e9",
    b"limit=1000000000",
    b"limit=1&limit=2",
    b"limit=%00",
    b"limit=" + DIGITS,
    b"offset=-1",
    b"offset=1000000000",
    b"page=0",
    b"page=2&offset=1",
    b"page=" + b"9" * 12,
    b"cursor=abc",
    b"cursor=%00",
    b"cursor=" + b"A" * 6000,
    b"cursor=W10",
    b"cursor=bnVsbA",
    b"cursor=eyJhIjoxfQ",
    b"sort=%00",
    b"sort=-",
    b"sort=make.model",
    b"fields=%00",
    b"fields=*.*.*.*.*",
    b"meta=all",
    b"aggregate=1",
    b"aggregate[count]=%00",
    b"aggregate[sum]=*",
    b"groupBy=make",
    b"a[b=1",
    b"%00=1",
    b"%ff=1",
    b"&".join(b"a%d=1" % n for n in range(2500)),
]


async def test_a_question_that_cannot_be_read_is_refused(there: Served) -> None:
    await refused(there, ((b"GET", b"/items/cars?" + query) for query in QUERIES), {400, 403})
    assert (await said(there, b"GET", b"/items/cars?limit=0"))[0] == 200
    assert (await said(there, b"GET", b"/items/cars?search=%00%ff&limit=1"))[0] == 200


BODIES = [
    b"{",
    b"nul",
    b"NaN",
    b'{"make": Infinity}',
    b'{"make": NaN}',
    b'{"make": 01}',
    b'{"make": "\xff\xfe"}',
    b'\xef\xbb\xbf{"make": "Audi"}',
    b'{"make": "\\ud800"}',
    b"\x00",
    b"true",
    b'"x"',
    b"1",
    DEEP,
    b'{"make":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"make": ' + DEEP + b"}",
    b'{"version": "' + DIGITS + b'"}',
    b'{"version": ' + DIGITS + b"}",
    b'{"version": true}',
    b'{"version": []}',
    b'{"version": -1}',
    b'{"version": 1.5}',
]
WRONG_VALUES = [
    (b"make", [b"true", b"{}", b"[]", b"1.5", b'"a\\u0000b"', b'"\\u202e"', DIGITS, b'"' + b"x" * 500_000 + b'"']),
    (b"model_year", [b"true", b"{}", b"[]", b'"x"', b"1e400", b"1e300", b"1.5", b"-1", DIGITS, b'"\\u0000"']),
    (b"sale_price", [b"true", b"{}", b"[1]", b'"NaN"', b'"Infinity"', b"1e300", b"0.001", DIGITS, b'"1e3"']),
    (b"delivery_date", [b"true", b"{}", b"5", b'"0001-01-01"', b'"9999-12-31T23:59:59Z"', b'"2026-02-30"']),
    (b"handover_at", [b"true", b"[]", b'"0001-01-01T00:00:00+14:00"', b'"9999-12-31T23:59:59-12:00"']),
    (b"seller", [b"true", b"5", b"{}", b'{"id": {}}', b'{"id": "\\u0000"}', b"[]", b'"a/b"']),
    (b"car_type", [b"true", b"{}", b"[]", b"1", b'"\\u0000"', b'"lastebil"']),
    (b"customer_email", [b"true", b"{}", b'"a@b"', b'"\\u0000@example.no"', b'"' + b"a" * 3000 + b'@example.no"']),
    (b"customer_phone", [b"true", b"{}", b'"\\u0000"', b'"' + DIGITS + b'"']),
    (b"consent_sms", [b"2", b"{}", b"[]", b'"perhaps"']),
    (b"registry_sources", [b"true", b"[]", b"1", b'"x"', b'{"a": "\\u0000"}']),
]


async def test_a_body_that_cannot_be_read_is_refused(there: Served) -> None:
    at = b"/items/cars/" + there.car
    await refused(there, ((b"PATCH", at, body) for body in BODIES), {400, 422})
    values = ((name, value) for name, every in WRONG_VALUES for value in every)
    await refused(there, ((b"PATCH", at, b'{"%s": %s}' % pair) for pair in values), {400, 422})
    many = b"{" + b",".join(b'"f%d": 1' % n for n in range(2500)) + b"}"
    await refused(there, [(b"PATCH", at, many), (b"POST", b"/items/cars", many)], {403})
    await refused(there, [(b"PATCH", at, b'{"a": "' + b"x" * 1_100_000 + b'"}')], {413})


async def test_of_a_name_that_is_given_twice_the_last_value_counts(there: Served) -> None:
    status, body, _ = await said(there, b"PATCH", b"/items/cars/" + there.car, b'{"color": "blue", "color": "red"}')
    assert (status, orjson.loads(body)["data"]["color"]) == (200, "red")


@pytest.mark.parametrize("of", [b"answers", b"damage_marks"])
@pytest.mark.parametrize("value", [b"true", b"1", b'"x"', b"{}", b"[true]", b"[[]]", b'[{"item": [], "result": {}}]'])
async def test_a_structure_of_another_shape_is_refused_by_name(there: Served, of: bytes, value: bytes) -> None:
    body = b'{"car": "%s", "%s": %s}' % (there.car, of, value)
    status, answer, _ = await said(there, b"POST", b"/items/inspections", body)
    assert (status, {one["extensions"]["field"] for one in orjson.loads(answer)["errors"]}) == (422, {of.decode()})


BATCHES = [
    b"[1]",
    b'[{}, "x"]',
    b"[" + b",".join([b"{}"] * 10_000) + b"]",
    b"{}",
    b'{"keys": 1, "data": {}}',
    b'{"keys": ["x"], "data": {}}',
    b'{"keys": [1, "x", null, {}], "data": {}}',
    b'{"keys": [' + b",".join([b'"%s"' % NONE.encode()] * 10_000) + b'], "data": {}}',
    b'{"keys": [], "data": []}',
    b'{"query": {}, "data": {}}',
    b'[{"id": true}]',
    b'[{"id": "\\u0000"}]',
    b"[[]]",
]


async def test_a_batch_of_the_wrong_shape_or_size_is_refused(there: Served) -> None:
    await refused(there, ((b"PATCH", b"/items/cars", body) for body in BATCHES), {400})
    deletes = [b"{}", b'{"keys": {}}', b'["x"]', b"[1]", b'{"query": {}}', b'["%s", 7]' % there.car]
    await refused(there, ((b"DELETE", b"/items/cars", body) for body in deletes), {400})
    await refused(there, [(b"POST", b"/items/cars", b"[1, {}]")], {400})
    for empty in (b'{"keys": [], "data": {}}', b"[]"):
        assert (await said(there, b"PATCH", b"/items/cars", empty))[0] == 200


PATHS = [
    b"/items/cars/%00",
    b"/items/cars/%ff%fe",
    b"/items/cars/a%2Fb",
    b"/items/cars/" + b"a" * 9000,
    b"/items/cars/%zz",
    b"/items/cars/" + b"%F0%9F%9A%97" * 50,
    b"/items/cars/%2e%2e%2f%2e%2e",
    b"/items/%00",
    b"/items/cars%00",
    b"/items/%ff/x/y",
    b"/users/%00",
    b"/files/%00",
    b"/assets/%00",
    b"/assets/%2e%2e%2fsecret",
    b"/fields/cars/%00",
    b"/collections/%ff",
    b"/items//cars",
    b"/items/cars/urn:uuid:" + NONE.encode(),
]


async def test_an_address_that_cannot_be_read_leads_nowhere(there: Served) -> None:
    await refused(there, ((b"GET", path) for path in PATHS), {400, 403, 404, 405})
    await refused(there, ((b"POST", path + b"/undo", b"{}") for path in PATHS), {400, 403, 404, 405})


HEADERS = [
    b"Idempotency-Key: ",
    b"Idempotency-Key: " + b"k" * 201,
    b"Idempotency-Key: a\tb",
    b"If-Match: x",
    b"If-Match: " + DIGITS,
    b'If-Match: "1", "2"',
    b"If-Match: \xff",
    b"X-Reason: " + b"r" * 1001,
]


async def test_a_header_that_cannot_be_read_is_refused_by_name(there: Served) -> None:
    at = b"/items/cars/" + there.car
    await refused(there, ((b"PATCH", at, b'{"color": "x"}', header) for header in HEADERS), {400})
    for header in (b"Accept-Language: ;q=,\xff;q=x", b"Cookie: \xff=;;a", b"Content-Type: \xff", b"Origin: http://["):
        assert (await said(there, b"PATCH", at, b"{}", header))[0] == 200
    for header in (b"Authorization: \xff", b"Authorization: Bearer \xff\xfe", b"Authorization: Basic " + DIGITS):
        assert (await said(there, b"PATCH", at, b"{}", header))[0] == 401
    for header in (b"X-Reason: \xff\xfe", b'If-Match: W/"1"', b"Range: bytes=9-1", b"If-None-Match: \xff"):
        assert (await said(there, b"PATCH", at, b"{}", header))[0] == 200
    for broken in (b"X-Odd: a\x00b", b"X-Odd\x01: a", b": a"):
        assert (await said(there, b"GET", at, None, broken))[0] == 400


async def test_methods_that_are_not_used_are_refused(there: Served) -> None:
    at = b"/items/cars/" + there.car
    await refused(there, ((method, at, b"{}") for method in (b"PUT", b"TRACE", b"PROPFIND", b"SEARCH")), {405})
    assert (await said(there, b"OPTIONS", at))[0] == 204
    status, body, _ = await said(there, b"HEAD", at)
    assert (status, body) == (200, b"")
    for method, target in ((b"FOO", at), (b"get", at), (b"GET", b"/items/\xff"), (b"GET", b"/items/a b")):
        assert (await said(there, method, target))[0] == 400


PARTS = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
UPLOADS = [
    (b"multipart/form-data", b"--b\r\n"),
    (b"multipart/form-data; boundary=", b"--b\r\n"),
    (b"multipart/form-data; boundary=\xff", b"--b\r\n"),
    (b"multipart/form-data; boundary=" + b"x" * 3000, b"--b\r\n"),
    (b"multipart/form-data; boundary=other", PARTS % (b"title", b"", b"x") + b"--b--\r\n"),
    (b"multipart/form-data; charset=odd; boundary=b", PARTS % (b"\xff", b"", b"\xff") + b"--b--\r\n"),
    (FORM, b""),
    (FORM, b"--b--\r\n"),
    (FORM, b"--b\r\n\r\nx\r\n--b--\r\n"),
    (FORM, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    (FORM, b"--b\r\nContent-Disposition: \xff\xfe\r\n\r\nx\r\n--b--\r\n"),
    (FORM, PARTS % (b"file", b'; filename="a.pdf"', b"x")),
    (FORM, PARTS % (b"title", b"", b"x") + b"--b--\r\n"),
    (FORM, b"".join(PARTS % (b"f%d" % n, b"", b"x") for n in range(2500)) + b"--b--\r\n"),
    (JSON, b"{}"),
    (b"application/x-www-form-urlencoded", b"a=b"),
    (b"", b""),
]


# A part without its end leaves a spool file behind, which goes with the request.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_upload_that_cannot_be_read_is_refused(there: Served) -> None:
    sent = ((b"POST", b"/files", body, b"Content-Type: " + kind) for kind, body in UPLOADS)
    await refused(there, sent, {400})
    large = PARTS % (b"title", b"", b"x" * 60_000_000) + b"--b--\r\n"
    status, _, _ = await said_while_refused(there, b"/files", large, FORM)
    assert status == 400


async def said_while_refused(there: Served, target: bytes, body: bytes, kind: bytes) -> Any:
    """Send what is refused before it has come whole: the answer is read beside the sending."""
    reader, writer = await asyncio.open_connection("127.0.0.1", there.port)
    head = b"POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Test tenant_admin\r\n" % target
    writer.write(head + b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)))
    reading = asyncio.create_task(reader.read())
    try:
        for start in range(0, len(body), 1_000_000):
            writer.write(body[start : start + 1_000_000])
            await writer.drain()
    except ConnectionError:
        pass
    async with asyncio.timeout(60):
        answer = await reading
    writer.close()
    assert answer.startswith(b"HTTP/1.1 "), answer[:80]
    return int(answer[9:12]), answer, b""


SIGN_INS = [
    b"",
    b"[]",
    b"{}",
    b'{"email": 1, "password": "x"}',
    b'{"email": [], "password": {}}',
    b'{"email": "a@b.no", "password": "x", "mode": []}',
    b'{"email": "a@b.no", "password": "x", "other": 1}',
    b'{"email": "' + b"a" * 2000 + b'", "password": "x"}',
]


async def test_a_sign_in_that_cannot_be_read_is_refused(there: Served) -> None:
    await refused(there, ((b"POST", b"/auth/login", body) for body in SIGN_INS), {400})
    odd = [b'{"email": "\\u0000", "password": "\\u0000"}', b'{"email": "a@b.no", "password": "' + b"x" * 1000 + b'"}']
    await refused(there, ((b"POST", b"/auth/login", body) for body in odd), {400, 401})
    for path in (b"/auth/refresh", b"/auth/logout", b"/auth/password/reset"):
        bodies = [b"", b"[]", b'{"refresh_token": 1}', b'{"token": [], "password": 1}']
        await refused(there, ((b"POST", path, body) for body in bodies), {400})
    for body in (b'{"token": "\\u0000", "password": "x"}', b'{"token": "x", "password": "\\u0000"}'):
        await refused(there, [(b"POST", b"/auth/password/reset", body)], {400, 401, 422})


async def test_a_sign_in_page_takes_an_address_that_nothing_can_store_for_a_wrong_one(there: Served) -> None:
    kind = b"Content-Type: application/x-www-form-urlencoded"
    for body in (b"email=a%00@b.no&password=%00", b"email=%00&password=x", b"email=%ff%fe&password=%ff"):
        assert (await said(there, b"POST", b"/sign-in", body, kind))[0] == 401
        assert (await said(there, b"POST", b"/forgot", body, kind))[0] == 200


HISTORIES = [b"", b"filter=1", b"filter=[]", b"filter[item]=x", b"filter[item][_eq]=%00", b"limit=-1", b"sort=%00"]


async def test_a_history_or_picture_that_is_asked_for_wrongly_is_refused(there: Served) -> None:
    await refused(there, ((b"GET", b"/revisions?" + query) for query in HISTORIES), {400})
    pictures = [b"width=-1", b"width=" + DIGITS, b"height=%00", b"key=huge", b"fit=%ff", b"odd=1", b"width=1&width=2"]
    await refused(there, ((b"GET", b"/assets/%s?" % NONE.encode() + query) for query in pictures), {400, 404})
