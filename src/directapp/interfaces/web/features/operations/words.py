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
    "services": _("Connections to other services"),
    "service": pgettext("outside", "Service"),
    "state": pgettext("of a service", "State"),
    "well": pgettext("of a service", "Works"),
    "unwell": pgettext("of a service", "Does not work"),
    "unused": pgettext("of a service", "Not used yet"),
    "last_good": _("Last worked"),
    "seconds": ngettext("{count} second", "{count} seconds"),
    "minutes": ngettext("{count} minute", "{count} minutes"),
    "hours": ngettext("{count} hour", "{count} hours"),
}


# Under the names that their clients note them.
SERVICES: dict[str, Text] = {
    "smtp": _("E-mail"),
    "resend": _("E-mail (Resend)"),
    "twilio": _("SMS (Twilio)"),
    "sveve": _("SMS (Sveve)"),
    "vegvesen": _("Vehicle registry"),
    "vegvesen_bulk": _("Vehicle registry, many at a time"),
    "maskinporten": _("Maskinporten"),
    "enhetsregisteret": _("Register of companies"),
    "bucket": _("File storage"),
    "key_vault": _("Azure Key Vault"),
    "heartbeat": _("Monitor that waits for a sign of life"),
    "certificate": _("Certificate of the pages"),
    "backup": _("Backup"),
    "backup_verify": _("Restoring the backup to try it"),
}

STATUS: dict[str, Text] = {
    "title": _("Status"),
    "all_well": _("Everything works."),
    "not_well": _("Something does not work as it should. Those who run the installation can see it too."),
    "works": pgettext("of a service", "Works"),
    "disturbed": pgettext("of a service", "Does not work"),
    "pages": _("Pages and data"),
    "jobs": _("Notifications and regular tasks"),
    "mail": _("E-mail"),
    "texts": _("SMS"),
    "registry": _("Vehicle registry"),
    "files": _("Files"),
    "back": _("To DirectApp"),
}


def speak_status(language: Language) -> dict[str, str]:
    """Return the words of the status page in one language."""
    return {name: text.pick(language) for name, text in STATUS.items()}


def speak(language: Language) -> dict[str, str]:
    """Return the words in one language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
