"""What the invented people and customers are called, and what they write."""

FIRST = (
    "Ingrid", "Ole", "Kari", "Amir", "Silje", "Magnus", "Fatima", "Tor", "Marte", "Jonas", "Linh", "Eirik",
    "Solveig", "Piotr", "Hanne", "Anders", "Aylin", "Geir", "Nora", "Mohammed", "Astrid", "Sander", "Elena",
    "Kjetil", "Ida", "Tomasz", "Randi", "Håkon", "Priya", "Vegard", "Åse", "Abdi", "Camilla", "Trond", "Mei",
    "Lars", "Sunniva", "Ahmad", "Bente", "Øyvind", "Katarzyna", "Nils", "Synne", "Stian", "Zahra", "Even",
)  # fmt: skip
LAST = (
    "Aasland", "Tveit", "Bakken", "Haugen", "Nguyen", "Lunde", "Kowalski", "Solberg", "Ali", "Fidjeland",
    "Birkeland", "Skaar", "Hansen", "Moen", "Yildiz", "Eikeland", "Strand", "Rahman", "Omdal", "Vigeland",
    "Nilsen", "Dahl", "Sharma", "Kvinesland", "Berg", "Nowak", "Tønnessen", "Hussain", "Åmland", "Myhre",
    "Lie", "Petrova", "Gundersen", "Stølen", "Hagen", "Farah", "Øvland", "Kristiansen", "Rasmussen", "Vik",
)  # fmt: skip
COMPANIES = (
    "Havbris Rør AS", "Otra Elektro AS", "Sjøbod Eiendom AS", "Lunds Vaskeri AS", "Nordgaten Tannlege DA",
    "Skjærgård Bygg AS", "Torridal Regnskap AS", "Blåfjell Transport AS",
)  # fmt: skip
PLACES = ("Utleveringshallen", "Kundemottak", "Hjemme hos kunden", "Showroom")
COLOURS = ("Hvit", "Sort", "Grå", "Blå", "Rød", "Sølv", "Grønn", "Mørk blå")

INSPECTION_FAULTS = (
    "Ripe i lakk på høyre bakdør, må vurderes av skade.",
    "Bulk i venstre forskjerm etter transport. Foto tatt.",
    "Frontrute har steinsprut i synsfeltet.",
    "Feilkode på ladesystemet, lader ikke over 11 kW.",
    "Én nøkkel mangler.",
)
QUALITY_FAULTS = (
    ("cosmetic", "Poleringsmerker på panser i sollys."),
    ("cosmetic", "Interiøret er ikke støvsuget under setene."),
    ("technical", "Hengerfestet er ikke kodet, sperren henger."),
    ("both", "Takstativ sitter skjevt, og merker etter limrester på dørene."),
    ("technical", "Dekktrykk er ikke satt og varsellampen lyser."),
)
TECHNICAL_NOTES = ("Hengerfeste montert og kodet.", "Vinterhjul lagt om.", "Oppdatert programvare.", None, None, None)
COSMETIC_NOTES = ("Keramisk belegg lagt på.", "Polert og vokset.", "Solfilm bak lagt.", None, None, None)
SELLER_NOTES = ("Kunden ønsker å hente før helgen.", "Sender SMS når bilen er klar.", "Ring før levering.", None, None)

COMMENTS = {
    "sales": ("Kunden spør når bilen er klar. Kan vi holde datoen?", "Kunden har bestilt takboks i tillegg."),
    "prep": ("Delene kommer i morgen, setter av plass da.", "Bilen står innerst, trenger starthjelp."),
    "parts": ("Leverandøren melder en ukes forsinkelse.", "Hengerfestet er kommet og ligger på hylle 4."),
}
REMARKS = {
    "transport_damage": "Lite transportmerke på støtfanger foran.",
    "paint": "Steinsprut på panser, pensles.",
    "wheels": "Kantskade på felg venstre foran.",
    "body": "Bulk bak høyre dør, kan rettes uten lakkering.",
    "tyres": "Sommerdekk 3 mm, bør skiftes.",
    "brakes": "Rust på skiver bak.",
    "windscreen": "Steinsprut i passasjersiden, kan limes.",
    "interior": "Flekk på forsetet.",
    "keys": "Bare én nøkkel fulgte bilen.",
}
WORK = (
    ("technical", "Skifte bremseskiver og klosser bak", 4200),
    ("tyres", "Fire nye sommerdekk", 7600),
    ("cosmetic", "Polering av panser og skjermer", 2400),
    ("body", "Rette bulk høyre bakdør uten lakkering", 3100),
    ("glass", "Lime steinsprut i frontrute", 900),
    ("technical", "Service med oljeskift og filter", 4900),
    ("paint", "Lakkere støtfanger foran", 8900),
    ("equipment", "Montere hengerfeste", 11800),
)
PARTS = (
    ("HF-2210", "Hengerfeste, avtakbart", 5200, "Nordisk Tilbehør"),
    ("TS-1104", "Takstativ", 1490, "Nordisk Tilbehør"),
    ("MT-0330", "Gummimatter, sett", 690, "Importøren"),
    ("VH-1820", "Vinterhjul 18 tommer, sett", 9800, "Dekkimport"),
    ("LK-0032", "Ladekabel type 2, 7 m", 2190, "Importøren"),
    ("BS-3301", "Bremseskiver bak, par", 1350, "Verkstedgrossisten"),
    ("OF-0119", "Oljefilter", 129, "Verkstedgrossisten"),
    ("VB-0210", "Viskerblader foran", 290, "Verkstedgrossisten"),
)
CANCELLED = ("cancelled", "sold_to_trade", "scrapped", "returned_to_factory")
