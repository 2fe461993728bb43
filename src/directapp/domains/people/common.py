"""The passwords of ten characters and more that are tried first, here and abroad; all in lower case."""

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

COMMON = frozenset(_LIST.split())
