"""Every text colour can be read on every ground, in both themes: a page is looked at in one of them only."""

import re

from playwright.async_api import Browser

from directapp.declare.workflow import HUES
from support.sheets import TOP, built_sheet

LEAST = 4.5
GROUNDS = ("ground", "surface", "raised", "hover", "chosen")
TEXTS = ("--da-ink", "--da-quiet", "--da-bad", "--da-good", "--da-late", "--tblr-link-color", "--tblr-link-hover-color")
# What is the same in both themes, or no colour of its own.
PLAIN = re.compile(r"inherit|revert-layer|transparent|currentcolor", re.IGNORECASE)
PAPER = {"print.css", "prints.css"}

# The contrast of each pair as Chromium draws it; what shines through stands on the surface.
_CONTRASTS = """([theme, pairs]) => {
  const one = document.createElement("div");
  one.style.colorScheme = theme;
  document.body.append(one);
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  const drawn = (...colours) => {
    for (const colour of colours) {
      one.style.color = "";
      one.style.color = colour;
      canvas.fillStyle = getComputedStyle(one).color;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  return pairs.map(([hue, text, ground]) => {
    one.className = hue;
    const behind = light(drawn("var(--da-surface)", ground));
    const above = light(drawn("var(--da-surface)", ground, text));
    return (Math.max(above, behind) + 0.05) / (Math.min(above, behind) + 0.05);
  });
}"""

# What a rule says of both its text and its ground.
_RULES = """() => {
  const found = [];
  const walk = (rules) => {
    for (const { style, cssRules } of rules) {
      const ground = style?.backgroundColor || style?.background;
      if (style?.color && ground) found.push([style.color, ground]);
      if (cssRules) walk(cssRules);
    }
  };
  for (const sheet of document.styleSheets) walk(sheet.cssRules);
  return found;
}"""


async def test_every_text_is_read_on_every_ground_in_both_themes(chromium: Browser) -> None:
    page = await chromium.new_page()
    await page.set_content(f"<style>{built_sheet()}</style>")
    said = [
        rule
        for rule in await page.evaluate(_RULES)
        if re.fullmatch(r"(var\(--(da|hue)-[^()]*\)|rgb\(.*\)) ?" * 2, " ".join(rule))
    ]
    assert len(said) > 20
    grounds = [f"var(--da-{ground})" for ground in GROUNDS]
    pairs = [("", f"var({text})", ground) for text in TEXTS for ground in grounds]
    pairs += [(f"hue-{hue}", "var(--hue-text)", ground) for hue in HUES for ground in (*grounds, "var(--hue-fill)")]
    pairs += [("hue-grey", text, ground) for text, ground in [*said, ("var(--da-ink)", "var(--da-changed)")]]
    for theme in ("light", "dark"):
        measured = await page.evaluate(_CONTRASTS, [theme, pairs])
        assert not [(theme, *pair, found) for pair, found in zip(pairs, measured, strict=True) if found < LEAST]
    await page.close()


def test_our_own_sheets_take_their_text_colours_from_the_table() -> None:
    known = {f"var({name})" for name in (*TEXTS, "--da-on-brand", "--hue-text")}
    strange = []
    for sheet in (TOP / "frontend").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        # What brings its own ground is measured on it.
        rules = [rule for rule in re.findall(r"\{([^{}]*)\}", text) if "background" not in rule]
        named = {colour for rule in rules for colour in re.findall(r"(?<![\w-])color:\s*([^;]+)", rule)}
        strange += [(sheet.name, colour) for colour in named - known if not PLAIN.fullmatch(colour)]
    assert not [found for found in strange if found[0] not in PAPER]
