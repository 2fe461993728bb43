"""What is tried first when passwords are guessed here: whole passwords, and the words that many are made of."""

import gzip
from functools import cache
from importlib.resources import files

_BUNDLED = "common_passwords.txt.gz"
_LIST = """
1234567890 12345678910 123456789a 0123456789 0987654321 9876543210 1122334455 1234512345 1029384756 123123123123
123456789123 1234567891 12345678901 123456123456 121212121212 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc zaq12wsxcde3
qwertyuiop qwertyuiop123 qwerty1234 qwerty12345 qwerty123456 asdfghjkl1 asdfghjkløæ qwertyuiopå zxcvbnm123 abcdefghij
abcdefghijk abcdef1234 abcd123456 abc1234567 abcde12345 a123456789 aa12345678 q123456789 asdf123456 password12
password123 password1234 password12345 password2024 password2025 password2026 passwordpassword p@ssword123 passw0rd123
mypassword mypassword1 changeme123 letmein123 welcome123 welcome1234 welcome2025 welcome2026 administrator admin12345
admin123456 adminadmin adminadmin1 rootroot123 test123456 testtest123 testing123 secret1234 default123 iloveyou12
iloveyou123 superman123 starwars123 football123 liverpool1 liverpool123 manchester manchester1 basketball sunshine123
princess123 michael123 computer123 internet123 samsung123 chocolate1 unbelievable trustno1234 dragon1234 monkey1234
master1234 shadow1234 passord123 passord1234 passord12345 passord2024 passord2025 passord2026 passordpassord
mittpassord hemmelig123 velkommen1 velkommen12 velkommen123 velkommen2025 velkommen2026 norge12345 norgenorge
sommer2024 sommer2025 sommer2026 vinter2024 vinter2025 vinter2026 høsten2025 høsten2026 kristiansand kristiansand1
rosenborg1 rosenborg123 brannbergen direkte123 directapp1 directapp12 directapp123 bilforhandler volkswagen
volkswagen1 volkswagen123 bilselger1 bilselger123
"""

# The estimate knows English words and names; these are Norway's: seasons, months, days, places, names, clubs, cars.
_WORDS = """
passord passordet hemmelig hemmelighet velkommen sommer sommeren vinter vinteren høst høsten vår våren januar februar
mars april mai juni juli august september oktober november desember mandag tirsdag onsdag torsdag fredag lørdag søndag
norge norsk oslo bergen trondheim stavanger drammen fredrikstad kristiansand sandnes tromsø sarpsborg skien ålesund
sandefjord haugesund tønsberg moss porsgrunn bodø arendal hamar larvik halden askøy lillehammer molde harstad gjøvik
jessheim ski asker bærum lillestrøm kongsberg narvik steinkjer elverum alta voss rosenborg brann vålerenga lillestrøm
viking molde start odd sandefjord stabæk fredrikstad manchester liverpool arsenal chelsea tottenham bilforhandler
bilselger verksted mekaniker klargjøring forhandler kontor selger bilen bruktbil nybil dekkhotell
volkswagen volvo toyota tesla audi skoda peugeot citroen renault nissan mazda hyundai mercedes porsche landrover
directapp direkte elskerdeg jegelskerdeg kjærlighet familie mamma pappa hytta fotball håndball hest hund katt kanin
sjokolade jordbær blåbær multe brunost pizza taco kaffe anders andreas anne astrid berit bjørn camilla christian eirik
elisabeth emma erik espen eva frode geir gunnar hanne hans harald heidi henrik hilde ida inger ingrid iren jan janne
jens johan jonas jorunn julie kari karin katrine kirsten kjell knut kristin kristian kristoffer lars leif line linn liv
magnus mari maria marianne marius marit marte martin mona morten nina nora odd ola olav ole per petter ragnhild randi
rolf rune silje siri solveig stian sigrid sofie stine svein terje thomas tom tone tor tore torunn trine trond tove unni
vegard vibeke øyvind åse
"""

WORDS = tuple(dict.fromkeys(_WORDS.split()))


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that nobody may choose, folded as they are compared.

    Those of the 100,000 most common of Have I Been Pwned, as the National Cyber Security Centre published them
    (PwnedPasswordsTop100k, Open Government Licence v3.0), that are long enough to be chosen here, and Norway's own.
    """
    bundled = gzip.decompress(files("directapp.domains.people").joinpath(_BUNDLED).read_bytes()).decode()
    return frozenset(bundled.splitlines()) | frozenset(_LIST.split())
