"""Rendering: what templates are given beside their context."""

import orjson

from directapp.interfaces.web.core.render import plural_forms
from directapp.kernel.languages import Catalogue
from directapp.kernel.text import Counted, ngettext

POLISH = Catalogue(form=lambda n: 0 if n == 1 else 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2)


def test_scripts_get_each_form_of_a_count_by_its_category() -> None:
    unread = ngettext("1 unread notification", "{count} unread notifications").pick("nb")
    assert isinstance(unread, Counted)
    assert orjson.loads(plural_forms(unread, "nb")) == {"one": "1 ulest varsel", "other": "{count} uleste varsler"}
    cars = Counted(("{count} auto", "{count} auta", "{count} aut"), POLISH.form)
    assert orjson.loads(plural_forms(cars, "pl")) == {
        "one": "{count} auto",
        "few": "{count} auta",
        "many": "{count} aut",
        "other": "{count} aut",
    }
