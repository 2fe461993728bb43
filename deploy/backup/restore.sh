#!/usr/bin/env bash
# restore.sh PREFIX: puts back what backup.sh wrote (PREFIX is what it printed), into an empty database and folder.
#   DATABASE_URL    the new database, as the owner's role; the role directapp_app must exist
#   DIRECTAPP_DATA  the data folder; files are unpacked into its files/
set -euo pipefail
umask 077
prefix=${1:?usage: restore.sh PREFIX}
: "${DATABASE_URL:?names the new database, as its owner}"
(cd "$(dirname "$prefix")" && sha256sum --check --quiet --strict "$(basename "$prefix").sha256")

tables=$(psql --no-psqlrc --quiet --tuples-only --no-align --dbname="$DATABASE_URL" \
  --command="SELECT count(*) FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
if [[ $tables != 0 ]]; then
  echo "restore: the database has $tables tables; it must be empty" >&2
  exit 1
fi
if [[ -e $prefix-files.tar.gz ]]; then
  : "${DIRECTAPP_DATA:?names the data folder}"
  if [[ -n $(ls -A "$DIRECTAPP_DATA/files" 2>/dev/null) ]]; then
    echo "restore: $DIRECTAPP_DATA/files is not empty" >&2
    exit 1
  fi
fi
pg_restore --dbname="$DATABASE_URL" --no-owner --exit-on-error --single-transaction "$prefix.dump"
# What was sent since the backup would be sent again: the copy is held until a person releases it.
psql --no-psqlrc --quiet --dbname="$DATABASE_URL" --set=ON_ERROR_STOP=1 \
  --command="INSERT INTO schema_state VALUES ('quiet', now()::text) ON CONFLICT DO NOTHING"
PGOPTIONS="--client-min-messages=error" psql --no-psqlrc --quiet --dbname="$DATABASE_URL" --command="ANALYZE"
if [[ -e $prefix-files.tar.gz ]]; then
  mkdir -p "$DIRECTAPP_DATA"
  tar --extract --gzip --file="$prefix-files.tar.gz" --directory="$DIRECTAPP_DATA"
fi
echo "restored, and held: nothing is sent. Now: directapp schema upgrade, schema lint, schema drift, audit verify;"
echo "look round with directapp run; what waits is sent after directapp release"
