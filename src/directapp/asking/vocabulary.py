"""The words of questions that name nothing themselves, in both languages."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WITHOUT = _words("uten without mangler manglende missing no ingen lacking lacks")
NOT = _words("ikke not aldri never unntatt except isn't aren't")
OVER = _words("over above > >= ≥ minst dyrere mer more exceeding fra")
UNDER = _words("under below < <= ≤ maks høyst billigere mindre less cheaper inntil")
INCLUSIVE = _words(">= <= ≥ ≤ minst maks høyst inntil fra")
THAN = _words("enn than")
PER = _words("per pr by fordelt gruppert grouped")
COUNT = (("hvor", "mange"), ("how", "many"), ("antall",), ("count",), ("number", "of"))
SORT = (("sortert", "etter"), ("sortert", "på"), ("sorted", "by"), ("sort", "by"), ("ordered", "by"))
TOP = _words("topp top de the")
COSTLIEST, CHEAPEST = _words("dyreste høyeste highest"), _words("billigste laveste lowest cheapest")
NEWEST, OLDEST = _words("nyeste newest latest"), _words("eldste oldest")
OR = _words("eller or og and samt ,")
SAYS = _words(
    "alle all vis show me meg list liste opp finn find som er that are is the a an en et ei på in i med of av hvilke"
    " hvilken hvilket which what hva har have has had we vi våre our det den de til for fra from at hos ble blir blitt"
    " was were been be please kan du you give gi get see se står stå stand standing sitting ligger there these those"
    " disse nå now right akkurat fortsatt still bare only just om on men but stuck so så with han hun dem them å to"
    " ønsker want need jeg i'd i like vil ha who hvem noen any some sammen currently us oss skal should be will være"
    " priced value verdt worth kroner kr nok"
)
THOUSANDS = {
    "k": 1_000,
    "tusen": 1_000,
    "thousand": 1_000,
    "mill": 1_000_000,
    "million": 1_000_000,
    "millioner": 1_000_000,
}
MONEY = _words("kr kroner nok krone")
