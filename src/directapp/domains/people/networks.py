"""Networks: from where a role, or an API key, may be used. A role without any is used from everywhere."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row
from directapp.declare.reading import BadValueError
from directapp.domains.people.fields import NETWORK_RULES, ApiKeys, NetworkRules
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES
from directapp.kernel.actor import Actor
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

_BAD = _("“{written}” is no address or network: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.")
_LOCKED_OUT = _("Administrators who are not on these networks are shut out at once, yourself among them.")
_LONGEST = 60
_BYTE = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = rf"{_BYTE}(\.{_BYTE}){{3}}(/(3[0-2]|[12]?\d))?"
_V6 = r"([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(/(12[0-8]|1[01]\d|[1-9]?\d))?"
_ONE = f"({_V4}|{_V6})"
# What the API's description says: an IPv6 address is written in full there, and taken however it is shortened.
NETWORK_FORM = {"type": "string", "pattern": f"^{_ONE}$"}
_NETWORKS_FORM = {"type": "string", "pattern": f"^{_ONE}(, {_ONE})*$"}


def parse_network(value: Any) -> str:
    """Return a network as it is stored, in CIDR form; a single address is a network of one."""
    written = str(value).strip()
    try:
        return str(ip_network(written, strict=False))
    except ValueError:
        raise BadValueError(_BAD.fill(written=written[:_LONGEST])) from None


def parse_networks(value: Any) -> str:
    """Return networks as they are stored, with commas between."""
    return ", ".join(dict.fromkeys(parse_network(one) for one in str(value).split(",") if one.strip()))


# Of an API key: none is from everywhere.
NETWORKS = field(
    ApiKeys.networks,
    _("Networks"),
    max_length=1000,
    parse=parse_networks,
    form=_NETWORKS_FORM,
    help=_("Addresses or networks with commas between. Empty: from everywhere."),
)


def networks_of(rules: Iterable[Row], roles: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the networks of each of these roles that has any."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        found.setdefault(rule[NetworkRules.role], []).append(rule[NetworkRules.network])
    return tuple(tuple(found[role]) for role in sorted(set(roles)) if role in found)


def may_come_from(actor: Actor, address: str) -> bool:
    """Whether an actor may come from an address: from a network of each role that has any, and of the key."""
    if not actor.networks:
        return True
    try:
        here = ip_address(address)
    except ValueError:
        return False
    if isinstance(here, IPv6Address) and here.ipv4_mapped is not None:
        here = here.ipv4_mapped
    return all(any(here in _network(one) for one in allowed) for allowed in actor.networks)


def place_of(address: str, rules: Iterable[Row]) -> str:
    """Return where an address is, as the company calls its networks: the note of the narrowest, nothing where none is.

    Nobody outside is asked: what an address alone says of a place is a guess.
    """
    try:
        here = ip_address(address)
    except ValueError:
        return ""
    fitting = [
        (_network(rule[NetworkRules.network]).prefixlen, str(rule[NetworkRules.note]))
        for rule in rules
        if rule.get(NetworkRules.note) and here in _network(rule[NetworkRules.network])
    ]
    return max(fitting, default=(0, ""))[1]


@lru_cache(maxsize=1000)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def asks_of_administrators(case: Case) -> list[Problem]:
    """Ask before administrators are held to networks: a wrong one shuts everybody out who could mend it."""
    if case.get(NetworkRules.role) != ADMIN or not case.changed(NetworkRules.role, NetworkRules.network):
        return []
    return [Problem(_LOCKED_OUT, field=NetworkRules.network, code="CONFIRM")]


COLLECTION = Collection(
    name=NETWORK_RULES,
    set_up=SetUp(key=(NetworkRules.role, NetworkRules.network)),
    label=_("Network of a role"),
    plural=_("Networks of roles"),
    groups=(
        Group(
            "all",
            _("Network of a role"),
            (
                field(NetworkRules.role, _("Role"), Kind.CHOICE, required=True, choices=ROLE_CHOICES, step_up=True),
                field(
                    NetworkRules.network,
                    _("Network"),
                    required=True,
                    max_length=_LONGEST,
                    parse=parse_network,
                    form=NETWORK_FORM,
                    step_up=True,
                    help=_("Whoever has the role comes in from its networks alone. A network: 203.0.113.0/24."),
                ),
                field(NetworkRules.note, _("Note"), max_length=120),
            ),
        ),
    ),
    access=Access(
        grants=(Grant(role=ADMIN, read=("all",), write=("all",), create=True, delete=True),),
        systems=("signin", "importer"),
        delete_why=_("An office that moved must not keep a way in."),
    ),
    views=Views(
        columns=(NetworkRules.role, NetworkRules.network, NetworkRules.note),
        title=(NetworkRules.network,),
        sort=(NetworkRules.role, NetworkRules.network),
        icon="network",
    ),
    rules=(asks_of_administrators,),
    unique=(Unique(fields=(NetworkRules.role, NetworkRules.network), message=_("The role has this network already.")),),
)
