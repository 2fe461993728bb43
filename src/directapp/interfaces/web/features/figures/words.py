"""Words of the figures."""

from functools import cache

from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, ngettext, pgettext

WORDS: dict[str, Text] = {
    "figures": _("Figures"),
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
    "jobs_done": _("{done} of {jobs} jobs completed"),
    "jobs_late": _("{late} late"),
    "by_type": _("Utilisation by type"),
    "by_resource": _("Utilisation by resource"),
    "bottlenecks": _("Bottlenecks"),
    "bottlenecks_note": _("Over 90 % booked in the period."),
    "no_bottlenecks": _("Nothing is booked over 90 %."),
    "type": _("Type"),
    "resource": _("Resource"),
    "booked": _("Booked"),
    "available": pgettext("hours", "Available"),
    "share": _("Utilisation"),
    "no_resources": _("No resources at the site."),
    "nothing_booked": _("Nothing is booked in the period."),
    "accuracy": _("Actual beside estimated"),
    "accuracy_note": _(
        "Completed jobs in the period. Over 100 % took longer than estimated; the figure is the median."
    ),
    "jobs": _("Jobs"),
    "estimated": _("Estimated"),
    "actual": _("Actual"),
    "ratio": _("Actual of estimated"),
    "none_completed": _("No jobs are completed in the period."),
    "delays": _("Delays"),
    "delays_note": _("Started late or ran over by more than 15 minutes: {count}. The worst come first."),
    "no_delays": _("Nothing is over 15 minutes late."),
    "car": _("Car"),
    "time": _("Time"),
    "late_start": _("Started late"),
    "overrun": _("Ran over"),
    "promise": _("Ready on the promised day"),
    "lead_time": _("From order to ready"),
    "half": _("Half are ready within {time}."),
    "cars_ready": ngettext("{count} car became ready in the period.", "{count} cars became ready in the period."),
    "kept": _("{kept} of {promised} were ready in time."),
    "no_ready": _("No cars became ready in the period."),
    "idle": _("Waiting between jobs"),
    "idle_note": _("Mean of {count} cars with more than one job completed."),
    "no_idle": _("No cars have completed two jobs in the period."),
    "now": _("Cars now"),
    "stages": _("Time per stage"),
    "stages_note": _("Stages that cars left in the period. Yellow and red follow the site's own goals."),
    "stage": _("Stage"),
    "mean": _("Mean"),
    "median": _("Median"),
    "goal": _("Goal"),
    "cars": _("Cars"),
    "over_goal": _("over goal"),
    "no_stages": _("No cars have changed stage in the period."),
    "lent": _("Used of others’ time, beside agreement"),
    "lent_note": _("Hours a week; the agreement is for a whole week."),
    "provider": _("Provider"),
    "consumer": _("Consumer"),
    "week": _("Week"),
    "cap": _("Agreed"),
    "no_cap": _("no agreement"),
    "none_lent": _("No hours are used across sites."),
    "settlements": _("Hours to settle between sites"),
    "settlements_note": _("Completed work for another site, in actual hours."),
    "hours": _("Hours"),
    "total": _("In all"),
    "time_bank": _("Time bank"),
    "time_bank_note": _(
        "Hours of completed bookings, and corrections. The file has a line for each person, day, site and kind."
    ),
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
    "on_time": _("On time"),
    "at_risk": _("At risk"),
    "delayed": _("Overdue"),
}

PAYROLL_HEAD = ("Navn", "E-post", "Anleggsnummer", "Anlegg", "Dato", "Art", "Timer")


@cache
def speak_figures(language: Language) -> dict[str, str]:
    """Return the words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
