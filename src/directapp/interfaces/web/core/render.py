"""Render: the templates, compiled once, and the built assets they name."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from directapp.derive.present import locale_of
from directapp.kernel.languages import CATALOGUES, Language, languages
from directapp.kernel.text import Counted

# Every form of a count that any language has stands for a number below this.
_MANY = 200
_HERE = resources.files("directapp.interfaces.web")
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "wasm": "application/wasm",
}
_BUILT = _HERE / "static" / "build"


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file in the encodings it was written in: plain, gzip, brotli."""

    media_type: str
    bodies: Mapping[str, bytes]


def is_built() -> bool:
    """Whether the front end is built: its manifest is written last."""
    return (_BUILT / "manifest.json").is_file()


def load_assets() -> tuple[dict[str, str], dict[str, Asset]]:
    """Return the built assets: hashed names by plain name, and the files by hashed name."""
    manifest: dict[str, str] = orjson.loads((_BUILT / "manifest.json").read_bytes())
    assets = {}
    for name in manifest.values():
        twins = {"": "", "gzip": ".gz", "br": ".br"}
        bodies = {code: (_BUILT / (name + ending)).read_bytes() for code, ending in twins.items()}
        assets[name] = Asset(_TYPES[name.rpartition(".")[2]], bodies)
    return manifest, assets


class _Templates(Environment):
    """Templates in which what a mapping holds goes before a method of the same name: ``words.keys`` is a word."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what ``obj.attribute`` names."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept where Python keeps its own: a fifth of a start goes to compiling them.

    How they are compiled follows from this file, so its content is in the name of what is kept.
    """

    def __init__(self) -> None:
        kept = Path(__file__).with_name("__pycache__") / "compiled"
        super().__init__(str(kept), f"{sha256(Path(__file__).read_bytes()).hexdigest()[:12]}-%s.bin")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept of a template, where anything was."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, unless Python keeps nothing or the folder is read-only."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def template_folders() -> list[Path]:
    """Return where templates lie: in the core, with the derived pages, and with each feature."""
    return sorted(Path(str(_HERE)).glob("**/templates"))


def own_names() -> list[tuple[Language, str]]:
    """Return the languages that a page may be read in, each by its own name."""
    return [(code, CATALOGUES[code].name or code) for code in languages()]


@lru_cache(maxsize=256)
def plural_forms(text: Counted, language: Language) -> str:
    """Return the forms of a count for scripts: JSON by the categories of ``Intl.PluralRules``."""
    category = locale_of(language).plural_form
    forms = {"other": text.of(_MANY)} | {category(n): text.of(n) for n in reversed(range(_MANY))}
    return orjson.dumps(forms).decode()


def build_templates(names: Mapping[str, str], **common: Any) -> Environment:
    """Return the environment with every template compiled; ``names`` are the built assets' names."""
    templates = _Templates(
        loader=FileSystemLoader(template_folders()),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_Compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "languages": own_names,
        "plural_forms": plural_forms,
        "asset": lambda name: f"/static/{names[name]}",
        **common,
    }
    for name in templates.list_templates():
        templates.get_template(name)
    return templates
