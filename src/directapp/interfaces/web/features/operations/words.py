"""The words of the operations page."""

from directapp.kernel.text import Language, Text

T = Text
WORDS: dict[str, Text] = {
    "settings_about": T(
        "Køen, jobber som har feilet, og når de faste oppgavene kjører.",
        "The queue, jobs that have failed, and when the regular tasks run.",
    ),
    "title": T("Drift", "Operations"),
    "about": T(
        "Det som skjer i bakgrunnen: varsler, e-post, SMS, oppslag og faste oppgaver.",
        "What happens behind the scenes: notifications, e-mail, SMS, look-ups and regular tasks.",
    ),
    "due": T("Står i kø", "In the queue"),
    "running": T("Kjører nå", "Running now"),
    "waiting": T("Venter på sin tid", "Waiting for its time"),
    "failed": T("Feilet", "Failed"),
    "oldest": T("Eldste i køen har ventet {age}.", "The oldest in the queue has waited {age}."),
    "none_waits": T("Ingenting står i kø.", "Nothing is in the queue."),
    "failures": T("Feilede jobber", "Failed jobs"),
    "no_failures": T("Ingen jobber har feilet.", "No job has failed."),
    "all_failures": T("Alle feilede jobber", "All failed jobs"),
    "retry_all": T("Prøv alle på nytt", "Try all again"),
    "retry": T("Prøv på nytt", "Try again"),
    "drop": T("Forkast", "Drop"),
    "job": T("Jobb", "Job"),
    "reason": T("Årsak", "Reason"),
    "attempts": T("Forsøk", "Attempts"),
    "gave_up": T("Oppgitt", "Given up"),
    "schedules": T("Faste oppgaver", "Schedules"),
    "task": T("Oppgave", "Task"),
    "next": T("Neste", "Next"),
    "last": T("Sist kjørt", "Last run"),
    "last_error": T("Siste feil", "Last error"),
    "never": T("Ikke kjørt ennå", "Not run yet"),
    "fine": T("Ingen", "None"),
    "seconds": T("{n} sekunder", "{n} seconds"),
    "minutes": T("{n} minutter", "{n} minutes"),
    "hours": T("{n} timer", "{n} hours"),
}


def speak(language: Language) -> dict[str, str]:
    """Return the words in one language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
