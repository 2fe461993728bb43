"""Statens vegvesen: single look-ups by API key, and bulk look-ups by a token of the fake Maskinporten."""

import re
from collections import Counter
from typing import Any, Literal

from support.fakes.maskinporten import FakeMaskinporten
from support.fakes.server import Fake, Heard, Reply, as_json, as_text
from support.fakes.vehicles import ELECTRIC, OWNER, hybrid

Unknown = Literal["204", "404", "feilmelding", "empty"]
_SINGLE = "/enkeltoppslag/kjoretoydata"
_BULK = re.compile(r"/kjoretoyoppslag/bulk/(kjennemerke|understellsnummer)")


def compact(written: str) -> str:
    return re.sub(r"[\s-]", "", written).upper()


class FakeRegistry(Fake):
    """Knows a few vehicles; ``unknown`` chooses how it says that it does not know one."""

    def __init__(self, *, api_key: str = "key-1", tokens: FakeMaskinporten | None = None) -> None:
        super().__init__()
        self.api_key, self.tokens = api_key, tokens
        self.unknown: Unknown = "204"
        self.quota = 50_000
        self.counted: Counter[str] = Counter()
        self.most_in_bulk = 1_000
        self.until_midnight = "50400"
        self.vehicles: list[dict[str, Any]] = [ELECTRIC, hybrid()]

    def find(self, name: str, wanted: str) -> dict[str, Any] | None:
        for found in self.vehicles:
            plates = [found["kjoretoyId"]["kjennemerke"], *(one["kjennemerke"] for one in found["kjennemerke"])]
            names = plates if name == "kjennemerke" else [found["kjoretoyId"]["understellsnummer"]]
            if compact(wanted) in {compact(one) for one in names}:
                return found
        return None

    async def answer(self, heard: Heard) -> Reply:
        if heard.path == _SINGLE and heard.method == "GET":
            return self._single(heard)
        match = _BULK.fullmatch(heard.path)
        if match and heard.method == "POST":
            return self._bulk(heard, match[1])
        return as_text("", 404)

    def _used_up(self) -> Reply:
        return as_text("Kvoten er brukt opp", 422, retry_after=self.until_midnight)

    def _single(self, heard: Heard) -> Reply:
        if heard.headers.get("svv-authorization") != f"Apikey {self.api_key}":
            return as_text("", 403)
        self.counted[self.api_key] += 1
        if self.counted[self.api_key] > self.quota:
            return self._used_up()
        if len(heard.query) != 1:
            return as_text("", 400)
        (name, wanted), *_ = heard.query.items()
        found = self.find(name, wanted)
        return self._nothing() if found is None else as_json({"kjoretoydataListe": [found]})

    def _nothing(self) -> Reply:
        if self.unknown == "204":
            return Reply(status=204)
        if self.unknown == "404":
            return as_text("", 404)
        if self.unknown == "feilmelding":
            return as_json({"feilmelding": "Fant ikke", "kjoretoydataListe": None})
        return as_json({"kjoretoydataListe": []})

    def _bulk(self, heard: Heard, name: str) -> Reply:
        token = heard.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens is None or not self.tokens.accepts(token):
            return as_text("", 401)
        items = heard.json()
        if len(items) > self.most_in_bulk:
            return as_json({"responser": [], "gjenstaendeKvote": self.quota}, 400)
        self.counted["bulk"] += len(items)
        if self.counted["bulk"] > self.quota:
            return self._used_up()
        left = self.quota - self.counted["bulk"]
        return as_json({"gjenstaendeKvote": left, "responser": [self._one(name, item[name]) for item in items]})

    def _one(self, name: str, wanted: str) -> dict[str, Any]:
        found = self.find(name, wanted)
        said = None if found else "Fant ikke"
        data = None if found is None else found | {"eierskap": OWNER}
        request = {"request": {name: wanted}}
        if name == "kjennemerke":
            return request | {"feilmelding": said, "kjoretoydata": data}
        return request | {"feilmelding": said, "kjoretoydataListe": [{"kjoretoydata": data, "feilmelding": None}]}
