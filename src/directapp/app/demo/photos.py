"""Photos: a drawn car in its colour, with its plate; nobody takes it for a real one."""

import io
from collections.abc import AsyncIterator

from PIL import Image, ImageDraw

_SIZE = (960, 600)
_PAINT = {
    "Hvit": "#f4f4f2", "Sort": "#26282b", "Grå": "#868b90", "Blå": "#2f5fa8", "Rød": "#b3262b", "Sølv": "#c3c8cc",
    "Grønn": "#3e6b4f", "Mørk blå": "#1d2f55",
}  # fmt: skip
_BODY = ((90, 430), (100, 350), (230, 320), (340, 215), (620, 215), (735, 325), (850, 345), (875, 430))
_GLASS = ((275, 320), (360, 240), (605, 240), (690, 320))
_WHEELS = (255, 710)


def draw(color: str, plate: str, mark: tuple[float, float] | None = None) -> bytes:
    """Return a JPEG of a car from the side; ``mark`` circles a damage, as shares of the picture."""
    picture = Image.new("RGB", _SIZE, "#dfe5ea")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 455, *_SIZE), fill="#9aa3aa")
    pen.polygon(_BODY, fill=_PAINT.get(color, "#868b90"), outline="#1b1d1f", width=4)
    pen.polygon(_GLASS, fill="#a9c4d6", outline="#1b1d1f", width=4)
    pen.line((480, 240, 480, 425), fill="#1b1d1f", width=3)
    for x in _WHEELS:
        pen.ellipse((x - 62, 372, x + 62, 496), fill="#1b1d1f")
        pen.ellipse((x - 32, 402, x + 32, 466), fill="#b9bfc4")
    pen.rectangle((400, 520, 560, 562), fill="#ffffff", outline="#1b1d1f", width=3)
    pen.text((480, 541), plate, fill="#1b1d1f", anchor="mm", font_size=28)
    if mark:
        left, top = mark[0] * _SIZE[0] - 34, mark[1] * _SIZE[1] - 34
        pen.ellipse((left, top, left + 68, top + 68), outline="#e0531f", width=6)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    """Yield the picture as an upload would."""
    yield content
