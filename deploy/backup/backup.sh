#!/usr/bin/env bash
# backup.sh FOLDER: the database and the files folder of one moment, with checksums.
#   BACKUP_DATABASE_URL  the database, as the role directapp_backup (row-level security is forced on the owner, so the
#                        owner's dump would be refused)
#   DIRECTAPP_DATA       the data folder; its files/ is packed. Leave it out where files lie in a bucket.
#   BACKUP_KEEP_DAYS     removes backups older than this; without it none is removed
set -euo pipefail
umask 077
target=${1:?usage: backup.sh FOLDER}
: "${BACKUP_DATABASE_URL:?names the database, as the role directapp_backup}"
mkdir -p "$target"
name=directapp-$(date -u +%Y%m%dT%H%M%SZ)
work=$(mktemp -d "$target/.$name.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The database first: a file is written before the row that names it, so every row's file is in the archive.
pg_dump --dbname="$BACKUP_DATABASE_URL" --format=custom --no-owner --file="$work/$name.dump"
pg_restore --list "$work/$name.dump" >/dev/null
if [[ -n ${DIRECTAPP_DATA:-} && -d $DIRECTAPP_DATA/files ]]; then
  # A file that comes while packing is the next backup's; tar says so with 1.
  tar --create --gzip --file="$work/$name-files.tar.gz" --exclude='.*.part' --exclude='.*.probe' \
    --directory="$DIRECTAPP_DATA" files || [[ $? == 1 ]]
fi
(cd "$work" && sha256sum -- "$name"* >"$name.sha256")
# The checksums last: a backup without them is not one.
for file in "$work/$name".dump "$work/$name"-files.tar.gz "$work/$name".sha256; do
  [[ ! -e $file ]] || mv -- "$file" "$target/"
done
if [[ -n ${BACKUP_KEEP_DAYS:-} ]]; then
  find "$target" -maxdepth 1 -name 'directapp-*' -type f -mtime +"$BACKUP_KEEP_DAYS" -delete
fi
echo "$target/$name"
