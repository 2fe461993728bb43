from collections.abc import AsyncIterator
from dataclasses import replace

import orjson

from directapp.kernel.text import _
from directapp.services.attachments import Incoming
from support.dealer import Dealer


async def sent() -> AsyncIterator[bytes]:
    yield b"hei"


async def test_what_an_upload_answers_tells_the_texts_stored_in_it_in_the_readers_language(dealer: Dealer) -> None:
    reception = await dealer.person("reception", "499")
    titles = []
    for actor in (reception, replace(reception, language="en")):
        answer = await dealer.application.attachments.keep(
            actor, Incoming(name="a.txt", chunks=sent()), {"title": _("Photo")}, origin="rest"
        )
        titles.append(orjson.loads(answer.json or "{}")["title"])
    assert titles == ["Bilde", "Photo"]
