"""Words of the figures."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: dict[str, Text] = {
    "figures": _("Figures"),
    "monday": _("The sites side by side"),
    "period": _("Period"),
    "first": pgettext("first day", "From"),
    "last": pgettext("last day", "To"),
    "site": _("Site"),
    "all_sites": _("All sites"),
    "show": _("Show"),
    "print": _("Print"),
    "today": _("Today"),
    "this_week": _("This week"),
    "last_week": _("Last week"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "chosen": _("The period"),
    "wrong_period": _("The period cannot be used"),
    "booked_of": _("{booked} of {available} hours booked"),
    "jobs_in_all": ngettext("{count} job", "{count} jobs"),
    "n_completed": _("{count} completed"),
    "n_in_progress": _("{count} in progress"),
    "n_ahead": _("{count} ahead"),
    "n_unreported": _("{count} without outcome"),
    "jobs_late": _("{late} late or run over"),
    "how": _("How it is computed"),
    "by_type": _("Utilisation by type"),
    "by_resource": _("Utilisation by resource"),
    "bottlenecks": _("Bottlenecks"),
    "no_bottlenecks": _("Nothing is booked over 90 %."),
    "type": _("Type"),
    "resource": _("Resource"),
    "booked": _("Booked"),
    "available": pgettext("hours", "Available"),
    "share": _("Utilisation"),
    "limited_by": _("Limited by"),
    "people": _("People"),
    "bays": _("Bays"),
    "machines": _("Machines"),
    "laid_out": _("Hours laid out"),
    "out_of_use": _("out of use"),
    "no_resources": _("No resources at the site."),
    "nothing_booked": _("Nothing is booked in the period."),
    "accuracy": _("Actual beside estimated"),
    "accuracy_note": _("{counted} of {completed} completed jobs have actual hours."),
    "jobs": _("Jobs"),
    "estimated": _("Estimated"),
    "actual": _("Actual"),
    "ratio": _("Actual of estimated"),
    "none_completed": _("No jobs are completed in the period."),
    "delays": _("Delays"),
    "delays_note": _("{count} started late or ran over by more than 15 minutes."),
    "no_delays": _("Nothing is over 15 minutes late."),
    "car": _("Car"),
    "time": _("Time"),
    "late_start": _("Started late"),
    "overrun": _("Ran over"),
    "lead_time": _("From order to ready"),
    "half": _("Half are ready within {time}."),
    "cars_ready": ngettext("{count} car became ready in the period.", "{count} cars became ready in the period."),
    "in_time": _("{count} in time"),
    "after": _("{count} after the promised day"),
    "unpromised": _("{count} without a promised day"),
    "no_ready": _("No cars became ready in the period."),
    "idle": _("Waiting between jobs"),
    "idle_note": _("Mean of {count} cars with more than one job completed."),
    "no_idle": _("No cars have completed two jobs in the period."),
    "now": _("Cars now"),
    "stages": _("Time per stage"),
    "stage": _("Stage"),
    "mean": _("Mean"),
    "median": _("Median"),
    "goal": _("Goal"),
    "cars": _("Cars"),
    "over_goal": _("over goal"),
    "no_stages": _("No cars have changed stage in the period."),
    "lent": _("Used of others’ time, beside agreement"),
    "provider": _("Provider"),
    "consumer": _("Consumer"),
    "week": _("Week"),
    "cap": _("Agreed"),
    "no_cap": _("no agreement"),
    "none_lent": _("No hours are used across sites."),
    "settlements": _("Hours to settle between sites"),
    "hours": _("Hours"),
    "total": _("In all"),
    "time_bank": _("Time bank"),
    "person": _("Person"),
    "work": _("Work"),
    "correction": _("Correction"),
    "no_hours": _("No hours are entered in the period."),
    "payroll": _("Download for payroll (CSV)"),
    "columns": _("The columns of the file"),
    "columns_help": _(
        "Navn (name), E-post (e-mail), Anleggsnummer (site number), Anlegg (site), Dato (day, dd.mm.yyyy), Art (Arbeid "
        "for work or Retting for correction) and Timer (hours, with a decimal comma). The separator is a semicolon and "
        "the encoding UTF-8, as Norwegian Excel wants."
    ),
    "nobody_waits": _("Without a customer or a promised day"),
}

PAYROLL_HEAD = ("Navn", "E-post", "Anleggsnummer", "Anlegg", "Dato", "Art", "Timer")


class Words(dict[str, str]):
    """The words in a language, by name."""

    def heads(self, *words: str, words_only: int = 1) -> list[tuple[str, bool]]:
        """Return the heads of a table's columns, of which the first hold words and the others figures."""
        return [(self[word], n >= words_only) for n, word in enumerate(words)]


@cache
def speak_figures(language: Language) -> Words:
    """Return the words in a language."""
    return Words({name: text.pick(language) for name, text in WORDS.items()})
