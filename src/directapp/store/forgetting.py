"""Forgetting: values are taken out of the audit without breaking its seals.

What is sealed of a row is its line: all of it, but a digest in the place of each value, salted by a salt of that value.
Once the value and its salt are gone, the digest is kept in their place: the line is the same, and says nothing of the
value. A row begins with one salt, of which those of its values are made; what is left of it when values are taken out
keeps theirs. PostgreSQL lets a row of the audit be changed where its line stays the same, and in no other way.
"""

ERASED = "~erased"
"""The key under which the digest stands, in the place of what a field got: ``[null, {"~erased": digest}]``."""

_SALT = "coalesce({row} -> 'salts' ->> c.key, {made})"
_MADE = "encode(sha256(convert_to(({row} ->> 'salt') || c.key, 'UTF8')), 'hex')"
_SALTED = _SALT.format(row="r", made=_MADE.format(row="r"))
_LINE = f"""
CREATE OR REPLACE FUNCTION audit_line(r jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT (r - 'salt' - 'salts' - CASE WHEN r ->> 'act' IS NULL THEN 'act' ELSE 'salt' END) || jsonb_build_object(
  'changes', (SELECT coalesce(jsonb_object_agg(c.key, coalesce(
    c.value -> 1 ->> '{ERASED}', encode(sha256(convert_to({_SALTED} || c.value::text, 'UTF8')), 'hex'))), '{{}}')
    FROM jsonb_each(r -> 'changes') c)) $$"""
_ONLY = """
CREATE OR REPLACE FUNCTION audit_only_forgets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF audit_line(to_jsonb(OLD)) IS DISTINCT FROM audit_line(to_jsonb(NEW)) THEN
RAISE insufficient_privilege USING MESSAGE = 'the audit only forgets'; END IF; RETURN NEW; END $$"""

FORGET = f"""
UPDATE audit a SET salt = NULL,
  salts = (SELECT jsonb_object_agg(c.key, {_SALT.format(row="to_jsonb(a)", made=_MADE.format(row="to_jsonb(a)"))})
             FROM jsonb_each(a.changes) c WHERE c.key <> ALL ($4) AND NOT coalesce(c.value -> 1 ? '{ERASED}', false)),
  changes = (SELECT jsonb_object_agg(c.key, CASE WHEN c.key = ANY ($4) THEN jsonb_build_array(
               NULL, jsonb_build_object('{ERASED}', audit_line(to_jsonb(a)) -> 'changes' ->> c.key)) ELSE c.value END)
               FROM jsonb_each(a.changes) c)
 WHERE a.tenant_id = $1 AND a.collection = $2 AND a.record = ANY ($3) AND a.changes ?| $4
"""
"""Takes fields out of what the audit holds of records: tenant, collection, records, fields."""


def forgetting_statements() -> list[str]:
    """Return the statements that make the line of a row, and hold the audit to it."""
    return [
        _LINE.strip(),
        _ONLY.strip(),
        "DROP TRIGGER IF EXISTS audit_only_forgets ON audit",
        "CREATE TRIGGER audit_only_forgets BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_forgets()",
    ]
