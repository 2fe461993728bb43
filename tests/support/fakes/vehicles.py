"""Synthetic vehicles in the registry's own form."""

from copy import deepcopy
from typing import Any


def code(value: str, name: str = "", about: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"kodeVerdi": value, "tidligereKodeVerdi": []}
    return found | ({"kodeNavn": name} if name else {}) | ({"kodeBeskrivelse": about} if about else {})


ELECTRIC: dict[str, Any] = {
    "kjoretoyId": {"kjennemerke": "EL 12345", "understellsnummer": "1ZZTE5T00R0000001"},
    "forstegangsregistrering": {"registrertForstegangNorgeDato": "2024-03-11"},
    "kjennemerke": [
        {
            "fomTidspunkt": "2024-03-11T00:00:00+01:00",
            "kjennemerke": "EL 12345",
            "kjennemerkekategori": "KJORETOY",
            "kjennemerketype": code("ORDINART", "Ordinære kjennemerker", "Sorte tegn på hvit bunn"),
        }
    ],
    "registrering": {
        "fomTidspunkt": "2024-03-11T10:15:00.000+01:00",
        "kjoringensArt": code("EGENTRANSP", "Egentransport", "Egentransport"),
        "registreringsstatus": code("REGISTRERT", about="Registrert"),
        "registrertForstegangPaEierskap": "2024-03-11T10:15:00.000+01:00",
        "neringskode": "49.320",
        "neringskodeBeskrivelse": "Drosjebiltransport",
    },
    "godkjenning": {
        "forstegangsGodkjenning": {
            "forstegangRegistrertDato": "2024-03-11",
            "godkjenningsId": "700000001",
            "godkjenningsundertype": code("TYPEGODK"),
            "gyldigFraDato": "2024-03-11",
            "unntak": [],
        },
        "kjoretoymerknad": [{"merknad": "Egenvekt er veiledende", "merknadtypeKode": "TYPEGODKJENNINGSMERKNAD"}],
        "tekniskGodkjenning": {
            "godkjenningsId": "700000001",
            "gyldigFraDato": "2024-03-11",
            "kjoretoyklassifisering": {
                "beskrivelse": "Personbil",
                "efTypegodkjenning": {"typegodkjenningNrTekst": "e1*2007/46*0001*01", "variant": "V1", "versjon": "S1"},
                "kjoretoyAvgiftsKode": code("101", "Personbil"),
                "tekniskKode": code("M1"),
                "iSamsvarMedTypegodkjenning": True,
            },
            "krav": [],
            "tekniskeData": {
                "akslinger": {
                    "antallAksler": 2,
                    "akselGruppe": [
                        {"akselListe": {"aksel": [{"id": 1, "drivAksel": True}]}},
                        {"akselListe": {"aksel": [{"id": 2, "drivAksel": True}]}},
                    ],
                },
                "dekkOgFelg": {
                    "akselDekkOgFelgKombinasjon": [
                        {
                            "akselDekkOgFelg": [
                                {"akselId": 1, "dekkdimensjon": "215/55R17", "felgdimensjon": "7JX17"},
                                {"akselId": 2, "dekkdimensjon": "215/55R17", "felgdimensjon": "7JX17"},
                            ]
                        }
                    ]
                },
                "dimensjoner": {"bredde": 1800, "hoyde": 1550, "lengde": 4300},
                "generelt": {
                    "handelsbetegnelse": ["MODELL X"],
                    "merke": [{"merke": "TESTBIL", "merkeKode": "9999"}],
                    "fabrikant": [{"fabrikantNavn": "TESTBIL AS"}],
                    "typebetegnelse": "T1",
                    "tekniskKode": code("M1"),
                },
                "karosseriOgLasteplan": {
                    "antallDorer": [5],
                    "kjoringSide": "VENSTRE",
                    "karosseritype": code("AF", "Flerbruksbil"),
                    "rFarge": [code("BLA", "Blå")],
                },
                "miljodata": {
                    "euroKlasse": code("EURO6"),
                    "okoInnovasjon": False,
                    "miljoOgdrivstoffGruppe": [
                        {
                            "drivstoffKodeMiljodata": code("5", "Elektrisk"),
                            "forbrukOgUtslipp": [
                                {
                                    "elEnergiforbruk": 160,
                                    "rekkeviddeKm": 400,
                                    "wltpKjoretoyspesifikk": {"co2Kombinert": 0, "rekkeviddeKmBlandetkjoring": 410},
                                }
                            ],
                        }
                    ],
                },
                "motorOgDrivverk": {
                    "maksimumHastighet": [160],
                    "hybridKategori": code("INGEN"),
                    "girkassetype": code("A", "Automat"),
                    "motor": [
                        {
                            "motorKode": "TM1",
                            "drivstoff": [{"drivstoffKode": code("5", "Elektrisk"), "maksNettoEffekt": 150.0}],
                        }
                    ],
                },
                "persontall": {"sitteplasserForan": 2, "sitteplasserTotalt": 5},
                "vekter": {
                    "egenvekt": 1700,
                    "egenvektMinimum": 1775,
                    "nyttelast": 470,
                    "tillattTotalvekt": 2170,
                    "tillattTilhengervektMedBrems": 1000,
                    "tillattTilhengervektUtenBrems": 750,
                    "tillattVertikalKoplingslast": 100,
                    "tillattTaklast": 75,
                },
            },
        },
    },
    "periodiskKjoretoyKontroll": {"kontrollfrist": "2028-03-11", "sistGodkjent": None},
}
OWNER: dict[str, Any] = {
    "eier": {
        "person": {"fornavn": "KARI", "mellomnavn": None, "etternavn": "TESTESEN", "fodselsdato": "1980-01-01"},
        "adresse": {"adresselinje1": "Testveien 1", "postnummer": "0001", "poststed": "OSLO", "landkode": "NO"},
    },
    "leasingtaker": {"enhet": {"organisasjonsnavn": "TESTFLÅTE AS", "organisasjonsnummer": "310000019"}},
}


def vehicle(plate: str, vin: str, **technical: Any) -> dict[str, Any]:
    """Return the electric one under other names; ``technical`` replaces parts of its technical data."""
    found = deepcopy(ELECTRIC)
    found["kjoretoyId"] = {"kjennemerke": plate, "understellsnummer": vin}
    found["kjennemerke"][0]["kjennemerke"] = plate
    found["godkjenning"]["tekniskGodkjenning"]["tekniskeData"] |= technical
    return found


def hybrid(plate: str = "AB 12345", vin: str = "WZZTESTXXRX000001") -> dict[str, Any]:
    """Return a plug-in hybrid from abroad: two motors, two fuels, a personal plate."""
    drive = {
        "hybridKategori": code("LADBAR", "Plug-in hybrid"),
        "antallGir": 6,
        "girkassetype": code("A", "Automat"),
        "motor": [
            {
                "slagvolum": 1498,
                "antallSylindre": 4,
                "motorKode": "B1",
                "drivstoff": [{"drivstoffKode": code("1", "Bensin"), "maksNettoEffekt": 110.0}],
            },
            {"motorKode": "E1", "drivstoff": [{"drivstoffKode": code("5", "Elektrisk"), "maksNettoEffekt": 85.0}]},
        ],
    }
    petrol = {
        "drivstoffKodeMiljodata": code("1", "Bensin"),
        "forbrukOgUtslipp": [
            {"wltpKjoretoyspesifikk": {"co2Kombinert": 140, "co2VektetKombinert": 28.5, "forbrukVektetKombinert": 1.2}}
        ],
    }
    electric = {
        "drivstoffKodeMiljodata": code("5", "Elektrisk"),
        "forbrukOgUtslipp": [{"wltpKjoretoyspesifikk": {"rekkeviddeKmBlandetkjoring": 71, "elEnergiforbruk": 165}}],
    }
    found = vehicle(plate, vin, motorOgDrivverk=drive, miljodata={"miljoOgdrivstoffGruppe": [petrol, electric]})
    found["kjennemerke"].append({"kjennemerke": "TESTE 1", "kjennemerkekategori": "PERSONLIG"})
    first = found["godkjenning"]["forstegangsGodkjenning"]
    first["forstegangRegistrertDato"] = "2021-09-30"
    first["bruktimport"] = {"importland": {"landNavn": "TYSKLAND", "landkode": "D"}, "kilometerstand": 48_200}
    found["periodiskKjoretoyKontroll"] = {"kontrollfrist": "2027-09-30", "sistGodkjent": "2025-09-12"}
    return found
