#!/usr/bin/env bash
# Removes everything that the other verbs made: target, .local with the local database, .tools.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/common.sh

# For root below a folder such as /root, the database is elsewhere, behind a link.
database=$(readlink -f .local/postgres || true)
if [[ -f $database/log ]] && ! flock -n "$database/log" true; then
  die "the local database is running: stop make dev first"
fi
rm -rf ${database:+"$database"} .local target .tools
