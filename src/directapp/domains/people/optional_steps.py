"""Optional steps: what the company uses of the workflow, at all its sites at once, and at those it opens later."""

from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, Values
from directapp.declare.verbs import Verb
from directapp.domains.people.fields import DEALERSHIPS, TENANTS, Dealerships, Tenants
from directapp.kernel.text import _
from directapp.services.command import CommandContext

# The field of the company, and that of each site: the site's decides.
STEPS: dict[str, tuple[FieldName[bool], FieldName[bool]]] = {
    "quality_check": (Tenants.quality_check, Dealerships.quality_check),
    "appraisal": (Tenants.appraisal, Dealerships.appraisal),
}
_LABELS = {"quality_check": _("Quality check"), "appraisal": _("Appraisal")}
_EVERYWHERE = _("What a new site begins with. A site may depart from it afterwards.")

GROUP = Group(
    "steps",
    _("Optional steps"),
    tuple(
        field(own, _LABELS[code], Kind.BOOLEAN, default=True, help=_EVERYWHERE) for code, (own, _site) in STEPS.items()
    ),
)


async def switch_step(ctx: CommandContext) -> None:
    """Use a step at every site of the company, or leave it out at every one."""
    own, of_site = STEPS[str(ctx.params["step"])]
    used = ctx.params["used"]
    await ctx.change({own: used})
    for site in await ctx.every(DEALERSHIPS):
        if (site.row.get(of_site) is not False) != used:
            await ctx.change({of_site: used}, on=site)


async def begin_as_company(ctx: CommandContext) -> None:
    """Leave out at a new site what the company leaves out."""
    if ctx.seen is None:
        return
    company = await ctx.look_up(TENANTS, ctx.actor.tenant, system="workflow")
    left_out: Values = {
        of_site: False
        for own, of_site in STEPS.values()
        if company.row.get(own) is False and ctx.seen.row.get(of_site) is not False
    }
    if left_out:
        await ctx.change(left_out, system="workflow")


SWITCH = Verb(
    name="switch_step",
    label=_("Use or leave out a step at every site"),
    run=switch_step,
    params=(
        field("step", _("Step"), Kind.CHOICE, choices=choices(*_LABELS.items()), required=True),
        field("used", _("Used"), Kind.BOOLEAN, required=True),
    ),
    icon="checklist",
)
