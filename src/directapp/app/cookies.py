"""Cookies under names that a browser takes from this host alone, by TLS: what other parts know is called without it."""

from http.cookies import CookieError, SimpleCookie

Header = tuple[bytes, bytes]

# __Host-: from this host, for all of it, by TLS. __Secure-: for a part of it.
_HOST, _SECURE = "__Host-", "__Secure-"
# Pages' scripts set and read these; they choose how a page looks, and open nothing.
_OPEN = frozenset({"language", "theme"})


def received(headers: list[Header]) -> list[Header]:
    """Return the headers of a request with cookies by the names that parts know; whatever has no prefix is not ours."""
    return [(name, _read(value) if name == b"cookie" else value) for name, value in headers]


def sent(headers: list[Header]) -> list[Header]:
    """Return the headers of an answer with cookies by the names that browsers keep."""
    return [(name, _prefixed(value) if name == b"set-cookie" else value) for name, value in headers]


def _read(value: bytes) -> bytes:
    kept = []
    for pair in value.split(b";"):
        name, between, rest = pair.strip().partition(b"=")
        plain = name.decode("latin-1")
        for prefix in (_HOST, _SECURE):
            if plain.startswith(prefix):
                kept.append(plain.removeprefix(prefix).encode("latin-1") + between + rest)
                break
        else:
            kept += [pair.strip()] if plain in _OPEN else []
    return b"; ".join(kept)


def _prefixed(value: bytes) -> bytes:
    name = value.partition(b"=")[0].decode("latin-1")
    if name in _OPEN:
        return value
    return f"{_HOST if _path_of(value) == '/' else _SECURE}".encode() + value


def _path_of(value: bytes) -> str:
    try:
        (cookie,) = SimpleCookie(value.decode("latin-1")).values()
    except (CookieError, ValueError):
        return ""
    return str(cookie["path"])
