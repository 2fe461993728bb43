"""The words of administration."""

from collections.abc import Mapping
from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: Mapping[str, Text] = {
    "title": _("Administration"),
    "about": _("Sites, people and ways of working."),
    "company": pgettext("tenant", "Company"),
    "company_about": _("The name of the group."),
    "guide": _("Set-up guide"),
    "keys": _("API keys"),
    "keys_about": _("Keys with which other programs work here, and when they were last used."),
    # Sites
    "sites": _("Sites"),
    "sites_about": _("Sites and their tree."),
    "new_site": _("New site"),
    "closed": _("Not active"),
    "prepared_at": _("Prepared at {name}"),
    "prepares_for": _("Prepares for {count}"),
    "own_prep": _("Does its own prep"),
    "below": _("{count} below"),
    "own_site": _("Your site"),
    "as_list": _("As a list"),
    "no_sites": _("No sites yet."),
    # Stage goals
    "goals": _("Goals per status"),
    "goals_about": _(
        "How long a car may stand at each status before it turns yellow, and red, in lists and on the board."
    ),
    "goals_hint": _("Hours, for example 8 or 1.5. Empty is the usual, shown in grey. Only yellow: red is twice that."),
    "status": _("Status"),
    "yellow": _("Yellow after (hours)"),
    "red": _("Red after (hours)"),
    "yellow_of": _("Yellow after, hours: {status}"),
    "red_of": _("Red after, hours: {status}"),
    "no_number": _("“{typed}” is not a number of hours."),
    "too_long": _("From just over 0 to {most} hours."),
    "red_first": _("Red cannot come before yellow."),
    "no_yellow": _("Write when it turns yellow."),
    "stored_goal": _("Stored now: yellow {yellow}, red {red}"),
    "stored_usual": _("Stored now: the usual"),
    "site": _("Site"),
    "choose": _("Choose"),
    "goal_told": _("yellow after {yellow} h, red after {red} h"),
    "the_usual": _("The usual."),
    # Approval limits
    "limits": _("Approval limits"),
    "limits_about": _("The largest amount that each role may approve of work on a car."),
    "limits_hint": _("Whole kroner. Empty approves nothing. Administrators approve any amount."),
    "role": _("Role"),
    "at_most": _("At most (kr)"),
    "no_limit": _("No limit"),
    "at_most_of": _("At most, kroner: {role}"),
    "no_limit_of": _("No limit: {role}"),
    "whole_kroner": _("Whole kroner, from 0 to {most}."),
    # Optional steps
    "steps": _("Optional steps"),
    "steps_about": _("Which steps a site leaves out, with what that means for the cars it has."),
    "quality": _("Quality check"),
    "quality_about": _("A car whose work is done is checked before it is ready for delivery."),
    "step_on": _("This step is in use."),
    "step_off": _("This step is left out."),
    "see_off": _("See what happens when it is left out"),
    "see_on": _("See what happens when it is used"),
    "would_change": _("What would change"),
    "cars_change": ngettext("{count} open car goes another way.", "{count} open cars go another way."),
    "cars": pgettext("several", "Cars"),
    "how": _("How"),
    "will_be_checked": _("Checked when the work is done, before it is ready for delivery"),
    "will_not_be_checked": _("Ready for delivery as soon as the work is done, without a check"),
    "quality_stays": _(
        "Cars that wait for a check now are still checked, and those that have passed it stay where they are."
    ),
    "appraisal": _("Appraisal"),
    "appraisal_about": _(
        "A used car whose appraisal price stands is “{status}” until it is sent or arrives. Without the step it stays"
        " registered; the price may stand on it all the same."
    ),
    "will_be_appraised": _("Gets the status at its next change, as its price stands"),
    "may_be_appraised": _("Gets the status once its price is set"),
    "will_not_be_appraised": _("Goes on without the status, whether or not a price is set"),
    "appraisal_stays": _("Cars that have the status now keep it until they are sent or arrive."),
    "every_site": _("The whole company"),
    "everywhere": _(
        "It holds at every site from then on, and at those that are opened later. A site may depart from it."
    ),
    "sites_that_differ": ngettext(
        "{count} site has it otherwise now: {sites}.", "{count} sites have it otherwise now: {sites}."
    ),
    "switch_on": _("Use the step"),
    "switch_off": _("Leave the step out"),
    # Statuses
    "statuses": _("Statuses"),
    "statuses_about": _("What the statuses of cars are called here, and their colours."),
    "statuses_hint": _("Empty is the usual name, shown in grey. What a status means stays the same."),
    "own_name_of": _("{language}: {status}"),
    "colour_of": _("Colour: {phase}"),
    "hue_steel": _("Steel"),
    "hue_blue": _("Blue"),
    "hue_amber": _("Amber"),
    "hue_red": _("Red"),
    "hue_orange": _("Orange"),
    "hue_indigo": _("Indigo"),
    "hue_violet": _("Violet"),
    "hue_pink": _("Pink"),
    "hue_olive": _("Olive"),
    "hue_green": _("Green"),
    "hue_teal": _("Teal"),
    "hue_grey": _("Grey"),
    # Inspection templates
    "templates": _("Checklists"),
    "templates_about": _("What is inspected when a car comes in, by type."),
    "new_template": _("New checklist"),
    "car_type": _("Car type"),
    "kind": _("Kind"),
    "points": pgettext("short", "Items"),
    "critical_count": ngettext("{count} critical", "{count} critical"),
    "used": _("Used by new inspections"),
    "outranked": _("In use, but an older one is chosen first"),
    "unused": _("Not in use"),
    "no_templates": _("No checklists yet."),
    "begun_keep": _("Inspections that have begun keep the items they began with."),
    "point": _("Item {number}"),
    "point_nb": _("Item {number} in Norwegian"),
    "point_en": _("Item {number} in English"),
    "critical": _("Critical"),
    "critical_help": _("A remark on a critical item must become a work item before the inspection can be approved."),
    "up": _("Move item {number} up"),
    "down": _("Move item {number} down"),
    "remove": _("Remove item {number}"),
    "add": _("Add an item"),
    "shortcuts": _("Alt + arrow moves the item, Enter adds one."),
    "write_name": _("Write a name."),
    "write_text": _("Write the text in {language}."),
    "norwegian": pgettext("within a sentence", "Norwegian"),
    "english": pgettext("within a sentence", "English"),
    "write_points": _("Write at least one item."),
    "saved_by_other": _(
        "{who} saved the checklist in the meantime. What you wrote stands here; save again and yours holds."
    ),
    "theirs": _("As it is stored now"),
    # What else the front page of administration leads to
    "users": _("Users"),
    "users_about": _("Invite, give roles, deactivate."),
    "departments": _("Departments"),
    "departments_about": _("Cost centres, and who heads what, across the sites."),
    "tracking": _("Tracking purposes"),
    "tracking_about": _("What movement and behaviour are followed for, on what ground, and who sees it."),
    "standing_in": pgettext("several", "Active"),
    "standing_invited": _("Invited"),
    "standing_out": _("Deactivated"),
    "seen_at": _("Last in {when}"),
    "invited_at": _("{when}, not signed in yet"),
    "never_in": _("Not signed in yet"),
    "you": _("you"),
    "all_sites": _("All"),
    "no_people": _("Nobody here yet."),
    "imports": pgettext("heading", "Imports"),
    "imports_about": _("Take in cars and more from files."),
    "rules": _("Rules"),
    "rules_about": _("When something happens to a car: notify, set a field, create a work item or call a webhook."),
    "webhooks": _("Webhooks"),
    "webhooks_about": _("Other systems that are told what happens, and what they answered."),
    "providers": _("Sign-in providers"),
    "providers_about": _("Where people sign in with their company account, and what their groups there give here."),
    "directory_tokens": _("Directory tokens"),
    "directory_tokens_about": _("By which a directory, such as Entra ID or Okta, provisions people here (SCIM)."),
    "directory_groups": _("Groups of the directory"),
    "directory_groups_about": _("Which roles the directory’s groups give, and at which site."),
    "networks": _("Networks of roles"),
    "networks_about": _("From which networks a role may be used. Without any it is used from everywhere."),
    "permissions": _("Who may see what"),
    "permissions_about": _("See as a role or a person, and why."),
}


@cache
def speak_admin(language: Language) -> dict[str, str]:
    """Return all words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
