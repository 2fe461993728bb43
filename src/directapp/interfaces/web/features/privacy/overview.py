"""The register of processing, and the rules of how long personal data is kept with what they would take tonight."""

import orjson
from fastapi import Response

from directapp.domains.privacy.fields import RETENTION_RULES
from directapp.domains.privacy.register import ABOUT, entries
from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.privacy.page import PATH, requests_of
from directapp.interfaces.web.features.privacy.words import WORDS, speak_privacy


async def show_register(ctx: PersonContext) -> Response:
    """Show what is held of people, from the declarations."""
    requests_of(ctx)
    found = entries(ctx.spec)
    return ctx.page(
        "privacy/register.html",
        here="admin",
        p=speak_privacy(ctx.language),
        parts=[
            (
                ctx.say(label),
                [
                    {
                        "name": ctx.say(one.meta.declared.plural),
                        "fields": ", ".join(ctx.say(item.label) for item in one.fields),
                        "purpose": ctx.say(one.purpose),
                        "readers": ", ".join(ctx.say(reader) for reader in one.readers),
                        "erased": ctx.say(one.erased),
                    }
                    for one in found
                    if one.about == about
                ],
            )
            for about, label in ABOUT.items()
        ],
    )


async def show_retention(ctx: PersonContext) -> Response:
    """Show the rules, and what each would take away tonight."""
    answer = await ctx.do(requests_of(ctx), "try_retention", {})
    rules = orjson.loads(answer.json or "{}")["rules"]
    return ctx.page(
        "privacy/retention.html",
        here="admin",
        p=speak_privacy(ctx.language),
        path=f"/app/{RETENTION_RULES}",
        rules=[
            {
                **rule,
                "kept": ctx.say(WORDS["months"].fill(count=rule["months"])),
                "href": f"/app/{RETENTION_RULES}/{rule['id']}",
            }
            for rule in rules
        ],
    )


ROUTES = (
    get(f"{PATH}/register", show_register),
    get(f"{PATH}/retention", show_retention),
)
