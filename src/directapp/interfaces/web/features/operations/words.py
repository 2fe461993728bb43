"""The words of the operations page."""

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: dict[str, Text] = {
    "settings_about": _("The queue, jobs that have failed, and when the regular tasks run."),
    "title": _("Operations"),
    "about": _("What happens behind the scenes: notifications, e-mail, SMS, look-ups and regular tasks."),
    "due": _("In the queue"),
    "running": _("Running now"),
    "waiting": _("Waiting for its time"),
    "failed": _("Failed"),
    "oldest": _("The oldest in the queue has waited {age}."),
    "none_waits": _("Nothing is in the queue."),
    "drifted": _("The database is not as it was set up. Ask those who run the installation to look at it."),
    "failures": _("Failed jobs"),
    "no_failures": _("No job has failed."),
    "all_failures": _("All failed jobs"),
    "retry_all": _("Try all again"),
    "retry": _("Try again"),
    "drop": _("Drop"),
    "job": _("Job"),
    "reason": pgettext("of a failure", "Reason"),
    "attempts": _("Attempts"),
    "gave_up": _("Given up"),
    "schedules": _("Schedules"),
    "task": _("Task"),
    "next": _("Next"),
    "last": _("Last run"),
    "last_error": _("Last error"),
    "never": _("Not run yet"),
    "fine": _("None"),
    "seconds": ngettext("{count} second", "{count} seconds"),
    "minutes": ngettext("{count} minute", "{count} minutes"),
    "hours": ngettext("{count} hour", "{count} hours"),
}


def speak(language: Language) -> dict[str, str]:
    """Return the words in one language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
