"""The export of a dealer's system as it comes: forty rows, every cell as it was meant."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from directapp.app.spec import load_spec
from directapp.derive.sheet.layout import read_table
from directapp.derive.sheet.matching import keys_of, known_words, manner_of, match_columns
from directapp.derive.sheet.rows import TableReader, index_refs
from directapp.kernel.ids import uuid7

SPEC = load_spec()
CARS = SPEC["cars"]
SITE = uuid7()
FILE = Path(__file__).parents[1] / "data" / "sheets" / "own_dealer_export_first40.csv"
ALIKE = {"make": "VW FORH80391", "model": "Golf", "model_year": 2024, "color": "Rød metallic", "car_type": "used"}
# row | plate | end of the VIN | sale price | purchase price | expected | promised | customer | phone | e-mail | note
EXPECTED = """
2|ZZ10000|680392|1033000|220000|2027-08-29|2027-08-14|Åse Ødegård|40364262|kunde0@example.no|Ripe – støtfanger
3|EH10001|680393|508000|229000|2027-05-29|2027-05-13|Kari "Kaja" Næss|42364056|kunde1@example.no|
4|EL10002|680394|772000|898000|2027-06-11|2027-09-30|Bjørn Åsen|44056086|kunde2@example.no|2 sett hjul
5|EL10003|680395|323000|533000|2027-07-01|2027-06-09|Kari "Kaja" Næss|49540613|kunde3@example.no|Takboks; hengerfeste
6|EL10004|680396|719500|241000|2027-03-18|2027-07-09|Kari "Kaja" Næss|40198603|kunde4@example.no|2 sett hjul
7|EH10005|680397|1090900|193000|2027-10-16|2027-08-31|Åse Ødegård|95206427|kunde5@example.no|Ripe – støtfanger
8|BT10006|680398|1061900|473000|2027-02-27|2027-10-31|Bjørn Åsen|95217488|kunde6@example.no|Kunden sa "haster"
9|DP10007|680399|1225500|557000|2027-05-31|2027-07-25|Kari "Kaja" Næss|47845474|kunde7@example.no|Kunden sa "haster"
10|EL10008|680400|796000|764000|2027-07-06|2027-10-24|Grønli & Sønn AS|43574162|kunde8@example.no|2 sett hjul
11|EL10009|680401|136000|511000|2027-04-03|2027-05-04|Åse Ødegård|47320215|kunde9@example.no|Ripe – støtfanger
12|EL10010|680402|227500|795000|2027-01-01|2027-06-23|Kari "Kaja" Næss|48508941|kunde10@example.no|Ripe – støtfanger
13|EL10011|680403|938900|717000|2027-08-28|2027-08-15|Grønli & Sønn AS|42915061|kunde11@example.no|Takboks; hengerfeste
14|EL10012|680404|959900|565000|2027-07-14|2027-04-23|Åse Ødegård|94746054|kunde12@example.no|2 sett hjul
15|EL10013|680405|582900|199000|2027-01-07|2027-11-14|Grønli & Sønn AS|90374244|kunde13@example.no|Ripe – støtfanger
16|DP10014|680406|695900|404000|2027-09-29|2027-07-30|O'Brien, Pål|40048718|kunde14@example.no|Ripe – støtfanger
17|BT10015|680407|1054900|796000|2027-06-01|2027-03-06|O'Brien, Pål|46947422|kunde15@example.no|Kunden sa "haster"
18|BT10016|680408|220500|899000|2027-02-02|2027-02-14|Åse Ødegård|91670113|kunde16@example.no|Kunden sa "haster"
19|BT10017|680409|927000|278000|2027-02-25|2027-03-09|O'Brien, Pål|46920615|kunde17@example.no|Kunden sa "haster"
20|ZZ10018|680410|683000|754000|2027-10-12|2027-05-24|Åse Ødegård|44482357|kunde18@example.no|
21|DP10019|680411|266000|524000|2027-08-25|2027-07-16|O'Brien, Pål|48602631|kunde19@example.no|Takboks; hengerfeste
22|EL10020|680412|561900|688000|2027-07-17|2027-08-03|Bjørn Åsen|95809932|kunde20@example.no|
23|EL10021|680413|1065500|60000|2027-06-03|2027-09-08|Åse Ødegård|91322156|kunde21@example.no|Ripe – støtfanger
24|EL10022|680414|667500|553000|2027-06-26|2027-08-08|Åse Ødegård|40772154|kunde22@example.no|
25|EL10023|680415|240500|783000|2027-06-09|2027-08-05|Bjørn Åsen|92323096|kunde23@example.no|2 sett hjul
26|EL10024|680416|427000|591000|2027-02-18|2027-06-02|Kari "Kaja" Næss|91703076|kunde24@example.no|2 sett hjul
27|DP10025|680417|447500|472000|2027-04-30|2027-07-11|O'Brien, Pål|48291390|kunde25@example.no|2 sett hjul
28|BT10026|680418|105900|289000|2027-03-13|2027-03-17|O'Brien, Pål|96522817|kunde26@example.no|Ripe – støtfanger
29|ZZ10027|680419|178500|352000|2027-02-20|2027-07-11|O'Brien, Pål|44290720|kunde27@example.no|Kunden sa "haster"
30|EL10028|680420|737000|200000|2027-06-15|2027-03-05|Bjørn Åsen|40102564|kunde28@example.no|Takboks; hengerfeste
31|EH10029|680421|813000|694000|2027-02-18|2027-04-29|Grønli & Sønn AS|47661557|kunde29@example.no|2 sett hjul
32|EL10030|680422|1170900|670000|2027-03-06|2027-09-03|Kari "Kaja" Næss|40093756|kunde30@example.no|Takboks; hengerfeste
33|EL10031|680423|830900|893000|2027-02-01|2027-08-25|Kari "Kaja" Næss|43760126|kunde31@example.no|Takboks; hengerfeste
34|ZZ10032|680424|1173500|263000|2027-01-06|2027-05-06|O'Brien, Pål|45094868|kunde32@example.no|2 sett hjul
35|DP10033|680425|823500|848000|2027-05-26|2027-02-14|Kari "Kaja" Næss|99964043|kunde33@example.no|Kunden sa "haster"
36|EH10034|680426|327000|864000|2027-07-21|2027-08-19|Åse Ødegård|49565185|kunde34@example.no|Kunden sa "haster"
37|EL10035|680427|422000|844000|2027-02-02|2027-11-07|Grønli & Sønn AS|93678934|kunde35@example.no|Kunden sa "haster"
38|EL10036|680428|685500|636000|2027-04-08|2027-03-25|O'Brien, Pål|91072815|kunde36@example.no|Takboks; hengerfeste
39|BT10037|680429|476500|155000|2027-07-08|2027-03-26|Åse Ødegård|95289151|kunde37@example.no|Kunden sa "haster"
40|EL10038|680430|583900|537000|2027-03-02|2027-08-11|Kari "Kaja" Næss|47651740|kunde38@example.no|Takboks; hengerfeste
41|BT10039|680431|261500|477000|2027-02-02|2027-02-26|Grønli & Sønn AS|44124187|kunde39@example.no|2 sett hjul
""".strip().splitlines()


def expected(line: str) -> tuple[int, dict[str, Any]]:
    number, plate, vin, sale, purchase, eta, promised, customer, phone, email, note = line.split("|")
    values = {
        "license_plate": plate,
        "vin": f"WVWZZZTR009{vin}",
        "sale_price": Decimal(sale),
        "purchase_price": Decimal(purchase),
        "eta": date.fromisoformat(eta),
        "delivery_date": date.fromisoformat(promised),
        "customer_name": customer,
        "customer_phone": f"+47{phone}",
        "customer_email": email,
        "dealership": SITE,
        "seller_notes": note,
    }
    return int(number), ALIKE | {name: value for name, value in values.items() if value != ""}


def test_every_cell_of_the_export_is_read_as_it_was_meant() -> None:
    table = read_table(FILE.read_bytes(), known=known_words(CARS))
    columns = {table.columns[m.place].key: m.field for m in match_columns(CARS, table.header) if m.field}
    assert columns == {
        "Regnr": "license_plate",
        "Chassisnr": "vin",
        "Merke": "make",
        "Modell": "model",
        "Årsmodell": "model_year",
        "Farge": "color",
        "Biltype": "car_type",
        "Utsalgspris": "sale_price",
        "Innpris": "purchase_price",
        "Forventet ankomst": "eta",
        "Lovet levering": "delivery_date",
        "Kunde": "customer_name",
        "Mobil": "customer_phone",
        "E-post": "customer_email",
        "Forhandler": "dealership",
        "Ordrenr": "order_number",
        "Notat": "seller_notes",
    }
    key = keys_of(CARS, columns.values())[0]
    refs = index_refs(SPEC["dealerships"], [{"id": SITE, "number": "490", "name": "Sørkyst"}])
    manner = manner_of(CARS, table, columns)
    reader = TableReader(spec=SPEC, meta=CARS, table=table, columns=columns, key=key, refs=refs, manner=manner)
    rows = [reader.understand(raw) for raw in reader.rows()]
    assert [row.notes for row in rows] == [()] * 40
    assert [(row.number, row.values) for row in rows] == [expected(line) for line in EXPECTED]
    assert [row.match["vin"] for row in rows] == [row.values["vin"] for row in rows]
