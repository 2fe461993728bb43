"""Vendors' own words: what is certain is understood, and nothing else closes a vendor's step."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from directapp.domains.messages.vendor_words import UNSURE, Meaning, read

# A Friday.
TODAY = date(2026, 11, 20)

DONE = r"""
FERDIG
ferdig.
Ferdig!
Ferdig 👍
Klar
Done
FINISHED
Completed
Bilen er ferdig
Bilen er klar
Den er ferdig nå
Hei, bilen er ferdig
Hei! Bilen er ferdig og klar til henting. Mvh Ola, Lakk og Lim AS
Da er den ferdig og kan hentes
Vi er ferdige
Jeg er ferdig med bilen
Ferdig med jobben. Takk!
Er ferdig
Er nå ferdig
Ok, bilen er ferdig
Nå er den ferdig
Da er jobben ferdig
Så er vi ferdige
Da har vi fullført jobben
Nå er jeg ferdig med bilen
Bilen er alt ferdig
Bilen er nå ferdig
Bilen har nå blitt ferdig
Har fullført jobben
Den er klar, kan hentes
Ferdig. Bilen kan hentes
It is all done
The work is now done
We have completed the work
Now it is done
Og nå er bilen ferdig
Ferdig, takk for oppdraget. God helg!
Thank you, the work is done
Alt er ferdig
God morgen, bilen er klar for henting
Utført
Ok, ferdig
Ferdig\n\nSendt fra min iPhone
Ferdig\nMed vennlig hilsen\nOla Nordmann\nLakk og Lim AS\nTlf 900 00 000
The car is ready
It's done
All done, thanks
The car is ready for pickup. Best regards, Joe
""".strip()
PRICES = {
    "PRIS 4500": "4500",
    "pris: 4500": "4500",
    "Pris 4 500": "4500",
    "Pris 4.500 kr": "4500",
    "4.500 kr": "4500",
    "4500,-": "4500",
    "kr 4500": "4500",
    "Kr. 4 500,-": "4500",
    "NOK 4 500,-": "4500",
    "PRICE 4500": "4500",
    "Price is NOK 4,500.00": "4500",
    "Prisen blir 12.345,50 kr": "12345.50",
    "Hei, prisen på jobben er 4500 kr. Hilsen Per": "4500",
    "Det koster 900 kroner": "900",
    "Det er 4500 kr": "4500",
    "Da er det 4500 kr": "4500",
    "Det vil bli 4500 kr": "4500",
    "Prisen er 4500": "4500",
    "Vårt tilbud er 4500 kr": "4500",
    "It will be 4500 kr": "4500",
    "Our price is 4500": "4500",
    "pris 4500 :-)": "4500",
}
DELAYS = {
    "FORSINKET 24.12": date(2026, 12, 24),
    "Forsinket 24/12": date(2026, 12, 24),
    "forsinket 24.12.": date(2026, 12, 24),
    "FORSINKET 24.12.2026": date(2026, 12, 24),
    "forsinket til 24.12.26": date(2026, 12, 24),
    "forsinket til 24. desember": date(2026, 12, 24),
    "forsinket torsdag 24.12": date(2026, 12, 24),
    "Forsinket til 15.1": date(2027, 1, 15),
    "FORSINKET fredag": date(2026, 11, 27),
    "Forsinket til mandag": date(2026, 11, 23),
    "Beklager, bilen blir forsinket til onsdag": date(2026, 11, 25),
    "Hei. Forsinket, klar tirsdag 24.11": date(2026, 11, 24),
    "forsinket til fredag pga sykdom": date(2026, 11, 27),
    "Dessverre blir bilen forsinket til fredag": date(2026, 11, 27),
    "Den blir forsinket til fredag": date(2026, 11, 27),
    "Det er forsinket til fredag": date(2026, 11, 27),
    "The car is delayed until Friday": date(2026, 11, 27),
    "FORSINKET uke 52": date(2026, 12, 25),
    "forsinket til mandag uke 1": date(2027, 1, 4),
    "forsinket til neste uke": date(2026, 11, 27),
    "forsinket til tirsdag neste uke": date(2026, 11, 24),
    "Forsinket til i morgen kl 15": date(2026, 11, 21),
    "forsinket i 2 dager": date(2026, 11, 22),
    "Forsinket en uke": date(2026, 11, 27),
    "utsatt til 01.12.2026": date(2026, 12, 1),
    "DELAYED Friday": date(2026, 11, 27),
    "Delayed until December 3rd": date(2026, 12, 3),
    "LATE 2 days": date(2026, 11, 22),
    "late two weeks": date(2026, 12, 4),
    "delayed 2026-12-24": date(2026, 12, 24),
}
UNCLEAR = r"""
ikke ferdig
Ikke ferdig ennå
ferdig fredag
Ferdig i morgen
ferdig morgen
Ferdig i dag
ferdig kl 15
ferdig 24.12
Klar i løpet av uka
blir ferdig fredag
Blir nok ferdig
Nesten ferdig
Snart klar
Ferdig snart
Ferdig?
Er den ferdig
er bilen klar for henting
Takk, er den ferdig
Hei er bilen klar
ok er den ferdig
og er den ferdig
and is it done
Have you finished
Når må den være ferdig
Så fort den er ferdig ringer jeg
Ferdig hvis delene kommer
Ferdig, men mangler list
Ferdig bortsett fra polering
Delvis ferdig
Uferdig
Vi er klare
klart
Det er klart
ok takk
Ok, sees fredag
Nei
👍
Ferdig ❌
Ferdig forsinket
Ferdig, men forsinket til fredag
Forsinket
forsinket?
Ikke forsinket, ferdig fredag
ikke forsinket
forsinket neste fredag
forsinket fredag eller mandag
forsinket 22-24.12
forsinket fredag 24.12
forsinket 31.2
forsinket 19.11
forsinket i går
forsinket 24.12.2025
forsinket til i dag
Forsinket pga sykdom, men ferdig fredag
delayed 5/6
4500
PRIS
pris 4500-5000
Pris 4500 eller 5000
pris ca 4500
Pris 4500 eks mva
pris 4500 + mva
kr 4500 pr time
-4500 kr
450 EUR
pris 4,5
ok pris 4500
Ferdig 4500
Ferdig K7QP
not done yet
Not ready
never finished
almost done
isn't done
done by Friday
will be done
We are ready
is it done
Done tomorrow
Jeg er på ferie til 30.11. Ved hast, ring Ola.
Takk for henvendelsen, vi svarer så snart vi kan
Ferdig\nMvh Ola\nPS ikke hent før fredag
OK
ok
Ok.
OK 👍
Okei
okay!
Oki, ok
Ok. Mvh Ola, Lakk og Lim AS
er den ferdig
Er alt klart
er jobben fullført
er arbeidet ferdig nå
Er nå bilen ferdig
er da den ferdig
Er allerede bilen klar
hei, er bilen klar
Hei. Takk. Er den ferdig
Bilen er den ferdig
jobben, er den ferdig
den er den ferdig
har vi blitt ferdige
har bilen blitt ferdig
ok er bilen klar til henting
Vi er ferdige, er bilen betalt
Ferdig med jobben. Er bilen klar
Så den er ferdig
Så bilen er klar for henting
så alt er ferdig
Da den er ferdig
Nå den er ferdig
Da bilen er klar
Den er ferdig da
ferdig da
Klar da
Bilen er klar for henting da
er ferdig bilen
er klar den nå
is it ready
is the car done
Is everything ready
Is all done
Is now the car ready
now is it done
Hello, is it ready for pickup
are we done
Have we finished
has it been completed
have you completed the work
The car is it ready
the work, is it done
er prisen 4500
Er pris 4500 kr
er det 4500 kr
vil det bli 4500 kr
er vårt tilbud 4500 kr
is the price 4500
will it be 4500 kr
is it NOK 4500
blir bilen forsinket til fredag
er den forsinket til fredag
Er det forsinket til 24.12
is it delayed until Friday
Is the car delayed until Friday
will it be delayed until Friday
STOP
hm
...
""".strip()


@pytest.mark.parametrize("text", [line.replace("\\n", "\n") for line in DONE.split("\n") if line])
def test_done_is_understood(text: str) -> None:
    assert read(text, TODAY) == Meaning("done")


@pytest.mark.parametrize("text", PRICES)
def test_a_price_is_understood_however_it_is_written(text: str) -> None:
    assert read(text, TODAY) == Meaning("price", Decimal(PRICES[text]))


@pytest.mark.parametrize("text", ["Ferdig. Pris 4 500", "FERDIG PRIS 4500", "ferdig, 4500 kr", "Done, price 4500"])
def test_done_may_bring_its_price(text: str) -> None:
    assert read(text, TODAY) == Meaning("done", Decimal(4500))


@pytest.mark.parametrize("text", DELAYS)
def test_a_delay_is_understood_with_its_day(text: str) -> None:
    assert read(text, TODAY) == Meaning("delayed", ready_on=DELAYS[text])


@pytest.mark.parametrize("text", [line.replace("\\n", "\n") for line in UNCLEAR.split("\n")])
def test_what_may_mean_two_things_means_nothing(text: str) -> None:
    assert read(text, TODAY) == UNSURE


SURE = [line.replace("\\n", "\n") for line in DONE.split("\n")] + list(PRICES) + list(DELAYS)
DOUBTS = ("ikke", "nesten", "snart", "kanskje", "hvis", "not", "almost", "maybe", "if", "unntatt", "først")


@given(st.text(max_size=200), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_any_text_is_read_and_no_day_lies_behind(text: str, today: date) -> None:
    said = read(text, today)
    assert (said.price is None) or said.answer in {"done", "price"}
    assert said.ready_on is None or (said.answer == "delayed" and said.ready_on > today)


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubting_word_anywhere_takes_the_certainty_away(doubt: str) -> None:
    for text in SURE:
        words = re.split(r"\n|(?:^|\s)(?:[Mm]vh|Hilsen|Best regards|Sendt|Med vennlig)", text)[0]
        assert read(f"{doubt} {words}", TODAY) == UNSURE, text
        assert read(f"{words} {doubt}", TODAY) == UNSURE, text


@pytest.mark.parametrize("text", SURE)
def test_letter_case_spaces_and_a_web_address_change_nothing(text: str) -> None:
    assert read(f"  {text.upper()}\n\n", TODAY) == read(text, TODAY)
    assert read(text.replace(" ", "  "), TODAY) == read(text, TODAY)
    assert read(f"{text}\nMvh Lakk og Lim, www.lakkoglim.no", TODAY) == read(text, TODAY)


@pytest.mark.parametrize("text", SURE)
def test_a_question_is_no_answer(text: str) -> None:
    assert read(f"{text}?", TODAY) == UNSURE


@given(st.integers(0, 9_999_999), st.sampled_from(["", " ", "."]), st.sampled_from(["", " kr", ",-"]))
def test_an_amount_is_the_same_however_its_thousands_are_parted(kroner: int, gap: str, end: str) -> None:
    written = f"{kroner:,}".replace(",", gap)
    assert read(f"Pris {written}{end}", TODAY) == Meaning("price", Decimal(kroner))


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(1, 150))
def test_a_day_is_the_same_however_it_is_written(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    written = [
        f"{day.day}.{day.month}",
        f"{day:%d.%m.%Y}",
        f"{day:%d/%m/%y}",
        f"{day:%Y-%m-%d}",
        format_date(day, "d. MMMM", locale="nb_NO"),
        format_date(day, "EEEE d. MMMM y", locale="nb_NO"),
        f"{ahead} dager" if ahead < 100 else f"{day.day}.{day.month}.",
    ]
    assert {read(f"Forsinket til {one}", today) for one in written} == {Meaning("delayed", ready_on=day)}
