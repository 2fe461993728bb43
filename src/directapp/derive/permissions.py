"""The permission matrix in words: who reads and writes what, a line each, for people to read and diff."""

from directapp.declare.access import Grant
from directapp.declare.rules import rule_words
from directapp.declare.spec import CollectionMeta, Spec


def permission_text(spec: Spec) -> str:
    """Return the whole matrix: collection, role, rows, then each group with what may be done."""
    return "\n".join(_collection(meta) for meta in spec.metas.values())


def _collection(meta: CollectionMeta) -> str:
    access = meta.declared.access
    lines = [f"# {meta.name}" + ("" if meta.declared.exposed else " (not exposed)")]
    if access.systems:
        lines.append(f"  systems: {', '.join(access.systems)}")
    if access.delete_why:
        lines.append(f"  deleting: {access.delete_why.english}")
    for grant in sorted(access.grants, key=lambda g: g.role):
        lines += _entry(meta, grant)
    return "\n".join(lines) + "\n"


def _entry(meta: CollectionMeta, grant: Grant) -> list[str]:
    verbs = [v for v, given in (("create", grant.create), ("delete", grant.delete)) if given] + sorted(grant.verbs)
    lines = [f"  {grant.role}: sees {rule_words(grant.rows)}" + ("" if grant.full else " (not in full)")]
    if grant.write and grant.edit is not None:
        lines.append(f"    edits {rule_words(grant.edit)}")
    if grant.states:
        lines.append(f"    while {' '.join(grant.states)}")
    if verbs:
        lines.append(f"    may {' '.join(verbs)}")
    reads, writes = meta.reads(grant), meta.writes(grant)
    for group in meta.groups:
        names = [f.name for f in group.fields]
        words = [_letter(n, reads, writes) for n in names]
        if set(words) == {"-"}:
            continue
        if len(set(words)) == 1:
            lines.append(f"    {words[0]} {group.code}")
        else:
            told = [f"{w}:{n}" for w, n in zip(words, names, strict=True) if w != "-"]
            lines.append(f"    {group.code}: {' '.join(told)}")
    return lines


def _letter(name: str, reads: frozenset[str], writes: frozenset[str]) -> str:
    if name in writes:
        return "E" if name in reads else "W"
    return "V" if name in reads else "-"
