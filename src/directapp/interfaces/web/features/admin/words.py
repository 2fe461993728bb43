"""The words of administration."""

from collections.abc import Mapping
from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: Mapping[str, Text] = {
    "title": _("Administration"),
    "about": _("Sites, people and ways of working."),
    # Sites
    "sites": _("Dealerships"),
    "sites_about": _("Sites and their tree."),
    "new_site": _("New dealership"),
    "closed": _("Not active"),
    "prepared_at": _("Prepared at {name}"),
    "prepares_for": _("Prepares for {count}"),
    "own_prep": _("Does its own prep"),
    "below": _("{count} below"),
    "own_site": _("Your site"),
    "as_list": _("As a list"),
    "no_sites": _("No dealerships yet."),
    # Messages
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
    "site": _("Dealership"),
    "choose": _("Choose"),
    # Inspection templates
    "templates": _("Inspection templates"),
    "templates_about": _("What is inspected when a car comes in, by type."),
    "new_template": _("New inspection template"),
    "car_type": _("Car type"),
    "kind": _("Kind"),
    "points": pgettext("short", "Items"),
    "critical_count": ngettext("{count} critical", "{count} critical"),
    "used": _("Used by new inspections"),
    "outranked": _("In use, but an older one is chosen first"),
    "unused": _("Not in use"),
    "no_templates": _("No inspection templates yet."),
    "begun_keep": _("Inspections that have begun keep the items they began with."),
    "point": _("Item {number}"),
    "point_nb": _("Item {number} in Norwegian"),
    "point_en": _("Item {number} in English"),
    "in_nb": _("Norwegian"),
    "in_en": _("English"),
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
        "{who} saved the template in the meantime. What you wrote stands here; save again and yours holds."
    ),
    "theirs": _("As it is stored now"),
    # What else the front page of administration leads to
    "users": _("Users"),
    "users_about": _("Invite, give roles, deactivate."),
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
    "permissions": _("Who may see what"),
    "permissions_about": _("See as a role or a person, and why."),
}


@cache
def speak_admin(language: Language) -> dict[str, str]:
    """Return all words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
