# shellcheck shell=sh disable=SC2154
# Owns one Postgres of the tests or of the local stack. engine's server.sh comes before it, and says what the
# first two arguments are.
#
#   $3  signal that stops the server when standard input ends
#   $4  "remove" to delete the home then, "keep" to leave it

signal=$3 at_end=$4

# Initialized beside its place, so that data is never half made.
init() {
  rm -rf "$data.new"
  "$bin/initdb" --pgdata="$data.new" --username=branchline --pwfile="$home/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-instructions --no-sync >&2 </dev/null &&
    mv "$data.new" "$data" &&
    echo "done" || echo failed
}

while read -r command argument; do
  case $command in
    init) init ;;
    start) start -c hba_file="$home/pg_hba.conf" -p "$argument" ;;
    stop)
      stop "$argument"
      echo stopped
      ;;
  esac
done

stop "$signal"
if [ "$at_end" = remove ]; then
  remove_home
fi
