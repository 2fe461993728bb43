"""Rule runs: what every rule did, to which record, and what held it up."""

from collections.abc import Iterable

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Views
from directapp.declare.events import Event
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.domains.automation.catalogue import SYSTEM, event_choices
from directapp.domains.automation.fields import RULE_RUNS, WORKFLOW_RULES, RuleRuns
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.kernel.text import _, pgettext

OUTCOMES = choices(
    ("done", _("Done")),
    ("refused", _("Refused")),
    ("failed", _("Failed")),
    ("stopped", pgettext("rule", "Stopped")),
)


def _content(events: Iterable[Event]) -> Group:
    return Group(
        "all",
        _("Rule run"),
        (
            field(
                RuleRuns.rule,
                _("Rule"),
                Kind.REF,
                ref=WORKFLOW_RULES,
                on_delete="cascade",
                required=True,
                computed=True,
            ),
            field(RuleRuns.event, _("Event"), Kind.CHOICE, choices=event_choices(events), computed=True),
            field(RuleRuns.collection, _("About"), max_length=60, computed=True),
            field(RuleRuns.record, _("Record"), max_length=36, computed=True),
            field(RuleRuns.outcome, _("Outcome"), Kind.CHOICE, choices=OUTCOMES, computed=True),
            field(RuleRuns.told, _("Explanation"), max_length=300, computed=True),
            field(RuleRuns.key, _("Key"), max_length=60, computed=True),
        ),
    )


def rule_runs(events: Iterable[Event]) -> Collection:
    """Return the collection of what rules did about events."""
    return Collection(
        name=RULE_RUNS,
        label=_("Rule run"),
        plural=_("Rule runs"),
        groups=(_content(events),),
        access=Access(systems=(SYSTEM, "demo"), grants=(Grant(role=ADMIN), Grant(role=MANAGER))),
        views=Views(
            columns=(RuleRuns.created_at, RuleRuns.rule, RuleRuns.event, RuleRuns.outcome, RuleRuns.told),
            title=(RuleRuns.event,),
            filters=(RuleRuns.rule, RuleRuns.outcome),
            icon="history",
        ),
        indexes=(("rule", "created_at"), ("key",)),
        history=False,
    )
