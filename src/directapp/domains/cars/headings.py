"""What dealers call the fields of a car at the top of the columns of their sheets, beside name and labels."""

from collections.abc import Mapping

HEADINGS: Mapping[str, tuple[str, ...]] = {
    name: tuple(words.split("; "))
    for name, words in {
        "vin": (
            "Chassisnr; Chassis; Chassisnummer; Chassi; Understellsnr; Understell; Rammenr; Rammenummer; "
            "VIN-nummer; VIN-nr; VIN number; Vehicle identification number; Chassis number; Chassis no; Frame "
            "number"
        ),
        "license_plate": (
            "Regnr; Reg.nr; Registreringsnr; Registreringsnummer; Registrering; Kjennemerke; Kjennetegn; Skiltnr; "
            "Skiltnummer; Bilnr; Reg no; Registration number; Registration; Plate; Number plate; Plate number; "
            "License plate; Licence plate number"
        ),
        "make": "Bilmerke; Fabrikat; Produsent; Brand; Manufacturer; Car make; Vehicle make",
        "model": "Modellnavn; Modellbetegnelse; Bilmodell; Model name; Car model; Vehicle model",
        "variant": "Utstyrsnivå; Versjon; Modellvariant; Utgave; Trim; Trim level; Version; Modell variant",
        "model_year": "Modellår; Årgang; Modellaar; Årsmod; Årsm; Mod.år; MY; Year model",
        "color": "Lakk; Lakkfarge; Utvendig farge; Farge utvendig; Color; Exterior colour; Exterior color; Paint",
        "car_type": (
            "Ny/brukt; Ny eller brukt; Kjøretøytype; Type bil; Lagertype; New/used; New or used; Vehicle type; "
            "Stock type"
        ),
        "mileage_km": (
            "Km; Km-stand; Km.stand; Kilometer; Kjørelengde; Kjørte km; Kjørt; Kjørt distanse; Odometer; Odometer "
            "reading; Kilometres; Kilometers; Mileage km"
        ),
        "order_number": (
            "Ordrenr; Ordre; Ordre-nr; Bestillingsnr; Bestillingsnummer; Fabrikkordre; Kommisjonsnr; "
            "Kommisjonsnummer; Kontraktsnr; Order no; Order; Order ID; Commission number"
        ),
        "eta": (
            "Ankomst; Ankomstdato; Ventet ankomst; Forv. ankomst; Forventet ankomstdato; Ventes; ETA dato; "
            "Estimated arrival; Arrival; Arrival date; Expected arrival date"
        ),
        "delivery_date": (
            "Levering; Leveringsdato; Leveres; Lovet leveringsdato; Lovet levert; Avtalt levering; Avtalt "
            "leveringsdato; Leveringsfrist; Delivery; Promised delivery date; Promised date"
        ),
        "customer_name": (
            "Kunde; Kundenavn; Kjøper; Eier; Kunde navn; Navn kunde; Navn på kunde; Customer; Buyer; Owner; Client"
        ),
        "customer_org_number": "Orgnr; Org.nr; Org; Organisasjonsnr; Kundens orgnr; Org number; Company number",
        "customer_phone": (
            "Mobil; Mobilnr; Mobilnummer; Mobiltelefon; Tlf; Tlf.nr; Telefon; Telefonnr; Telefonnummer; "
            "Kundetelefon; Kunde tlf; Kunde telefon; Kunde mobil; Tlf kunde; Mobil kunde; Phone; Phone number; "
            "Mobile; Mobile number; Cell phone"
        ),
        "customer_email": (
            "E-post; Epost; E-postadresse; Epostadresse; Mail; Mailadresse; E-mail; Email; Kunde e-post; Kunde "
            "mail; E-post kunde; Email address; E-mail address; Customer mail"
        ),
        "consent_sms": "SMS; SMS-samtykke; Samtykke SMS; SMS consent",
        "dealership": (
            "Forhandler; Avdeling; Avd; Avdelingsnr; Forhandlernr; Forhandlernummer; Selgende forhandler; Butikk; "
            "Dealership; Dealer; Dealer number; Branch; Department"
        ),
        "seller": (
            "Selgernummer; Selgernr; Bilselger; Salgskonsulent; Selger navn; Sales person; Salesperson; Sales "
            "rep; Salesman; Sold by"
        ),
        "handover_at": (
            "Overlevering; Utlevering; Utleveringsdato; Overleveringstidspunkt; Hand-over; Handover; Hand-over date"
        ),
        "prep_center": "Klargjøring; Klargjøres hos; Klargjøringssted; Prep center; Preparation site",
        "current_location": "Plassering; Lokasjon; Står hos; Lagersted; Location",
        "parking_spot": "Parkering; P-plass; Plass; Parking; Parking place",
        "key_location": "Nøkkel; Nøkkelnr; Nøkkelskap; Key; Key number",
        "treatment": "Behandling; Lakkforsegling; Treatment",
        "assigned_mechanic": "Tekniker; Technician",
        "sale_price": (
            "Utsalgspris; Utpris; Pris; Prisantydning; Salgssum; Utsalg; Salgspris inkl. mva; Pris inkl. mva; "
            "Price; Retail price; List price; Asking price; Selling price"
        ),
        "appraisal_price": "Takstpris; Takstverdi; Appraisal; Valuation; Appraised value",
        "sold_at": "Salgsdato; Solgt dato; Dato solgt; Sale date; Sold date; Date sold",
        "purchase_price": (
            "Innpris; Innkjøp; Innkjøpssum; Kostpris; Inntakspris; Kjøpesum; Innbyttepris; Purchase cost; Cost "
            "price; Cost; Buying price; Bought for"
        ),
        "seller_notes": (
            "Notat; Notater; Merknad; Merknader; Kommentar; Kommentarer; Bemerkning; Info; Fritekst; Notes; Note; "
            "Comment; Comments; Remarks; Remark"
        ),
    }.items()
}
