"""Words of the figures, in nb and en."""

from functools import cache

from directapp.kernel.text import Language, Text

T = Text

WORDS: dict[str, T] = {
    "figures": T("Tall", "Figures"),
    "period": T("Periode", "Period"),
    "first": T("Fra og med", "From"),
    "last": T("Til og med", "To"),
    "site": T("Anlegg", "Site"),
    "all_sites": T("Alle anlegg", "All sites"),
    "show": T("Vis", "Show"),
    "print": T("Skriv ut", "Print"),
    "today": T("I dag", "Today"),
    "this_week": T("Denne uken", "This week"),
    "last_week": T("Forrige uke", "Last week"),
    "this_month": T("Denne måneden", "This month"),
    "last_month": T("Forrige måned", "Last month"),
    "chosen": T("Perioden", "The period"),
    "wrong_period": T("Perioden kan ikke brukes", "The period cannot be used"),
    "booked_of": T("{booked} av {available} timer booket", "{booked} of {available} hours booked"),
    "jobs_done": T("{done} av {jobs} jobber fullført", "{done} of {jobs} jobs completed"),
    "jobs_late": T("{late} forsinket", "{late} late"),
    "by_type": T("Utnyttelse per type", "Utilisation by type"),
    "by_resource": T("Utnyttelse per ressurs", "Utilisation by resource"),
    "bottlenecks": T("Flaskehalser", "Bottlenecks"),
    "bottlenecks_note": T("Over 90 % booket i perioden.", "Over 90 % booked in the period."),
    "no_bottlenecks": T("Ingenting er over 90 % booket.", "Nothing is booked over 90 %."),
    "type": T("Type", "Type"),
    "resource": T("Ressurs", "Resource"),
    "booked": T("Booket", "Booked"),
    "available": T("Til rådighet", "Available"),
    "share": T("Utnyttelse", "Utilisation"),
    "no_resources": T("Ingen ressurser ved anlegget.", "No resources at the site."),
    "nothing_booked": T("Ingenting er booket i perioden.", "Nothing is booked in the period."),
    "accuracy": T("Medgått mot beregnet", "Actual beside estimated"),
    "accuracy_note": T(
        "Fullførte jobber i perioden. Over 100 % tok lengre tid enn beregnet; tallet er medianen.",
        "Completed jobs in the period. Over 100 % took longer than estimated; the figure is the median.",
    ),
    "jobs": T("Jobber", "Jobs"),
    "estimated": T("Beregnet", "Estimated"),
    "actual": T("Medgått", "Actual"),
    "ratio": T("Medgått av beregnet", "Actual of estimated"),
    "none_completed": T("Ingen jobber er fullført i perioden.", "No jobs are completed in the period."),
    "delays": T("Forsinkelser", "Delays"),
    "delays_note": T(
        "Startet eller varte over 15 minutter for lenge: {count}. De verste står først.",
        "Started late or ran over by more than 15 minutes: {count}. The worst come first.",
    ),
    "no_delays": T("Ingenting er over 15 minutter forsinket.", "Nothing is over 15 minutes late."),
    "car": T("Bil", "Car"),
    "time": T("Tid", "Time"),
    "late_start": T("Startet sent", "Started late"),
    "overrun": T("Over tiden", "Ran over"),
    "promise": T("Levering til avtalt dag", "Ready on the promised day"),
    "lead_time": T("Fra ordre til klar", "From order to ready"),
    "half": T("Halvparten er klare innen {time}.", "Half are ready within {time}."),
    "cars_ready": T("{count} biler ble klare i perioden.", "{count} cars became ready in the period."),
    "kept": T("{kept} av {promised} ble klare i tide.", "{kept} of {promised} were ready in time."),
    "no_ready": T("Ingen biler ble klare i perioden.", "No cars became ready in the period."),
    "idle": T("Ventetid mellom jobber", "Waiting between jobs"),
    "idle_note": T(
        "Snitt for {count} biler med mer enn én fullført jobb.",
        "Mean of {count} cars with more than one job completed.",
    ),
    "no_idle": T("Ingen biler har fullført to jobber i perioden.", "No cars have completed two jobs in the period."),
    "now": T("Biler nå", "Cars now"),
    "stages": T("Tid per steg", "Time per stage"),
    "stages_note": T(
        "Steg som bilene forlot i perioden. Gult og rødt følger anleggets egne mål.",
        "Stages that cars left in the period. Yellow and red follow the site's own goals.",
    ),
    "stage": T("Steg", "Stage"),
    "mean": T("Snitt", "Mean"),
    "median": T("Median", "Median"),
    "goal": T("Mål", "Goal"),
    "cars": T("Biler", "Cars"),
    "over_goal": T("over mål", "over goal"),
    "no_stages": T("Ingen biler har skiftet steg i perioden.", "No cars have changed stage in the period."),
    "lent": T("Brukt av andres tid, mot avtale", "Used of others’ time, beside agreement"),
    "lent_note": T("Timer per uke; avtalen gjelder en hel uke.", "Hours a week; the agreement is for a whole week."),
    "provider": T("Utfører", "Provider"),
    "consumer": T("Oppdragsgiver", "Consumer"),
    "week": T("Uke", "Week"),
    "cap": T("Avtalt", "Agreed"),
    "no_cap": T("ingen avtale", "no agreement"),
    "none_lent": T("Ingen timer er brukt på tvers av anlegg.", "No hours are used across sites."),
    "settlements": T("Timer å gjøre opp mellom anlegg", "Hours to settle between sites"),
    "settlements_note": T(
        "Fullført arbeid for et annet anlegg, i medgåtte timer.", "Completed work for another site, in actual hours."
    ),
    "hours": T("Timer", "Hours"),
    "total": T("Til sammen", "In all"),
    "time_bank": T("Timebank", "Time bank"),
    "time_bank_note": T(
        "Timer fra fullførte bookinger, og rettinger. Filen har en linje per person, dag, anlegg og art.",
        "Hours of completed bookings, and corrections. The file has a line for each person, day, site and kind.",
    ),
    "person": T("Person", "Person"),
    "work": T("Arbeid", "Work"),
    "correction": T("Retting", "Correction"),
    "no_hours": T("Ingen timer er ført i perioden.", "No hours are entered in the period."),
    "payroll": T("Last ned for lønn (CSV)", "Download for payroll (CSV)"),
    "columns": T("Kolonnene i filen", "The columns of the file"),
    "columns_help": T(
        "Navn, E-post, Anleggsnummer, Anlegg, Dato (dd.mm.åååå), Art (Arbeid eller Retting) og Timer (desimalkomma). "
        "Skilletegnet er semikolon og tegnsettet UTF-8, så norsk Excel åpner filen rett.",
        "Navn (name), E-post (e-mail), Anleggsnummer (site number), Anlegg (site), Dato (day, dd.mm.yyyy), Art (Arbeid "
        "for work or Retting for correction) and Timer (hours, with a decimal comma). The separator is a semicolon and "
        "the encoding UTF-8, as Norwegian Excel wants.",
    ),
    "on_time": T("I rute", "On time"),
    "at_risk": T("Utsatt", "At risk"),
    "delayed": T("Over frist", "Overdue"),
}

PAYROLL_HEAD = ("Navn", "E-post", "Anleggsnummer", "Anlegg", "Dato", "Art", "Timer")


@cache
def speak_figures(language: Language) -> dict[str, str]:
    """Return the words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
