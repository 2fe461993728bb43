"""The reference page: every collection in words and tables, made from its declaration. Pure: Spec to markdown."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from directapp.declare.access import EVERY, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Unique
from directapp.declare.fields import Field, Group
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Step, Workflow
from directapp.kernel.text import Text

_HEAD = """\
# Collections

Generated from the declarations by `make golden`; do not edit. One section a collection: its fields in groups, who
reads and writes each group, its actions, its workflow and what it tells others. The rows each role sees stand in
[golden/permissions.txt](../../golden/permissions.txt), the HTTP surface in
[golden/openapi.json](../../golden/openapi.json), and how requests are written at `/docs` of a running installation.

Every collection also has `id`, and the group *System* that its own groups end with. “In part” after a role means
some fields of the group.
"""
_MOST_CHOICES = 30


def reference_text(spec: Spec) -> str:
    """Return the page about every collection that people and programs meet."""
    contents = [f"- [{_both(s.declared.plural)}](#{s.name}): `{s.name}`" for s in spec.exposed]
    return "\n".join([_HEAD, *contents, "", *(_collection(spec, s) for s in spec.exposed)])


def _collection(spec: Spec, meta: CollectionMeta) -> str:
    declared = meta.declared
    parts = [f'<a id="{meta.name}"></a>\n\n## {_both(declared.plural)}\n', f"`{meta.name}`. {_summary(meta)}\n"]
    parts += [_group(spec, meta, g) for g in meta.groups if _has_own(meta, g)]
    parts += [_rights(spec, meta)]
    if declared.verbs:
        parts.append(_verbs(meta))
    if declared.workflow is not None:
        parts.append(_workflow(declared.workflow))
    rules = [_said(rule) for rule in declared.rules]
    if rules:
        parts.append(_bullets("Rules", rules))
    once = [_once(u) for u in declared.unique]
    if once:
        parts.append(_bullets("Only once in a company", once))
    happens = [f"`{e.name}`: {_both(e.label)}" for e in spec.listenable if e.collection == meta.name]
    if happens:
        parts.append(_bullets("Events", happens))
    return "\n".join(parts)


def _once(unique: Unique) -> str:
    together = " together" if len(unique.fields) > 1 else ""
    return f"{_codes(unique.fields)}{together}: {unique.message.english}"


def _summary(meta: CollectionMeta) -> str:
    views = meta.declared.views
    order = ", ".join(f"`{name.lstrip('-')}`{' descending' if name.startswith('-') else ''}" for name in views.sort)
    said = [f"One is called {_both(meta.declared.label)}.", f"Listed by {order}."]
    found = [f.name for f in meta.searchable]
    if found:
        said.append(f"Search looks in {_codes(found)}.")
    if not meta.declared.history:
        said.append("No history is shown.")
    return " ".join(said)


def _has_own(meta: CollectionMeta, group: Group) -> bool:
    own = {g.code for g in meta.declared.groups}
    return group.code in own


# -- fields -------------------------------------------------------------------------------------------------


def _group(spec: Spec, meta: CollectionMeta, group: Group) -> str:
    rows = [[f"`{f.name}`", f.kind.value, f.label.pick("nb"), f.label.english, _notes(f)] for f in group.fields]
    names = frozenset(f.name for f in group.fields)
    readers = _roles(spec, meta, names, meta.reads, empty="nobody")
    writers = _roles(spec, meta, names, meta.writes, empty="nobody; it is computed, or set by an action")
    table = _table(["Field", "Kind", "Norwegian", "English", "Notes"], rows)
    return f"### {_both(group.label)} (`{group.code}`)\n\n{table}\n\nRead by {readers}.\nWritten by {writers}.\n"


def _notes(item: Field) -> str:
    return "; ".join(_each_note(item)).replace("|", "\\|")


def _each_note(item: Field) -> Iterator[str]:
    marks = {
        "required": item.required,
        "computed": item.computed,
        "computed when read": item.sql is not None,
        "never read back": item.secret,
        "set once": item.immutable,
        "not ahead of now": item.fact,
        "signs in with it": item.sign_in,
    }
    yield from (word for word, holds in marks.items() if holds)
    if item.ref is not None:
        yield f"points to [{item.ref}](#{item.ref})"
    if item.choices:
        yield _choices(item)
    if item.max_length is not None:
        yield f"at most {item.max_length} characters"
    yield from _limits(item)
    if isinstance(item.default, str | int):
        yield f"from the start `{_value(item.default)}`"
    if item.help is not None:
        yield item.help.english.rstrip(".")


def _choices(item: Field) -> str:
    codes = [c.code for c in item.choices]
    if len(codes) > _MOST_CHOICES:
        return f"one of {len(codes)} codes"
    return f"one of {_codes(codes)}" if item.kind.value == "choice" else f"any of {_codes(codes)}"


def _limits(item: Field) -> Iterator[str]:
    unit = f" {item.unit}" if item.unit else ""
    if item.minimum is not None and item.maximum is not None:
        yield f"{item.minimum} to {item.maximum}{unit}"
    elif item.minimum is not None:
        yield f"at least {item.minimum}{unit}"
    elif item.maximum is not None:
        yield f"at most {item.maximum}{unit}"
    elif item.unit:
        yield f"in {item.unit}"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- rights -------------------------------------------------------------------------------------------------


def _roles(
    spec: Spec, meta: CollectionMeta, names: frozenset[str], picked: Callable[[Grant], frozenset[str]], *, empty: str
) -> str:
    """Return the roles that some entry gives these fields, marked where it gives only some of them."""
    grants = meta.declared.access.grants
    possible = frozenset[str]().union(*(picked(g) & names for g in grants))
    said = []
    for role in spec.roles:
        given = frozenset[str]().union(*(picked(g) & names for g in grants if g.role == role))
        if given:
            said.append(f"`{role}`" if given == possible else f"`{role}` (in part)")
    return ", ".join(said) or empty


def _rights(spec: Spec, meta: CollectionMeta) -> str:
    grants = meta.declared.access.grants
    create = [r for r in spec.roles if any(g.create for g in grants if g.role == r)]
    delete = [r for r in spec.roles if any(g.delete for g in grants if g.role == r)]
    lines = [f"Created by {_codes(create) or 'no role directly'}."]
    if delete:
        why = meta.declared.access.delete_why
        lines.append(f"Deleted by {_codes(delete)}{f' ({why.english})' if why else ''}.")
    else:
        lines.append("Deleted by nobody.")
    if meta.declared.access.systems:
        lines.append(f"Parts of the system that work on every row here: {_codes(meta.declared.access.systems)}.")
    return "### Making and removing\n\n" + "\n".join(lines) + "\n"


# -- actions and workflow ----------------------------------------------------------------------------------------


def _verbs(meta: CollectionMeta) -> str:
    rows = [_verb(meta, v) for v in meta.declared.verbs]
    return (
        "### Actions\n\n" + _table(["Action", "Norwegian", "English", "On", "While", "Asks for", "Roles"], rows) + "\n"
    )


def _verb(meta: CollectionMeta, verb: Verb) -> list[str]:
    grants = meta.declared.access.grants
    roles = dict.fromkeys(g.role for g in grants if verb.name in g.verbs or EVERY in g.verbs)
    asked = [f"`{p.name}`{'' if p.required else '?'}" for p in verb.params]
    on = "one record" if verb.on == "record" else "the collection"
    return [
        f"`{verb.name}`",
        verb.label.pick("nb"),
        verb.label.english,
        on,
        _codes(verb.states) or "any time",
        ", ".join(asked) or "nothing",
        _codes(sorted(roles)) or "the system",
    ]


def _workflow(flow: Workflow) -> str:
    states = [
        [f"`{s.code}`", s.label.pick("nb"), s.label.english, s.phase.label.english, "takes no edit" if s.locked else ""]
        for s in flow.states
    ]
    steps = [_step(flow, s) for s in flow.steps]
    facts = [[f"`{f.field}`", _states(flow, f.states), _states(flow, f.clears), f.refusal.english] for f in flow.facts]
    parts = [
        f"### Workflow\n\nA new record starts as `{flow.initial}`.\n",
        _table(["Status", "Norwegian", "English", "Phase", ""], states) + "\n",
        _table(["From", "To", "Happens", "Guarded", "Event"], steps) + "\n",
    ]
    if facts:
        parts.append(_table(["Fact", "May be set while", "May be taken back while", "Else"], facts) + "\n")
    return "\n".join(parts)


def _step(flow: Workflow, step: Step) -> list[str]:
    if step.when is None:
        happens = "by an action"
    elif step.fact is not None:
        happens = f"by itself, with `{step.fact}`"
    else:
        happens = "by itself"
    event = f"`{step.event.name}`" if step.event else ""
    return [_states(flow, step.origins), f"`{step.to}`", happens, "yes" if step.guards else "", event]


def _states(flow: Workflow, codes: Sequence[str]) -> str:
    """Return the states, by what is left out where that is shorter."""
    missing = [s.code for s in flow.states if s.code not in codes]
    if not codes:
        return "never"
    if not missing:
        return "any"
    return f"any but {_codes(missing)}" if len(missing) < len(codes) / 2 else _codes(codes)


# -- words ----------------------------------------------------------------------------------------------------


def _said(rule: Callable[[Case], object]) -> str:
    """Return the first line of what a rule says about itself."""
    return (rule.__doc__ or rule.__name__.replace("_", " ")).strip().splitlines()[0]


def _both(text: Text) -> str:
    nb, en = text.pick("nb"), text.english
    return en if nb == en else f"{nb} / {en}"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _bullets(title: str, lines: Sequence[str]) -> str:
    return f"### {title}\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
