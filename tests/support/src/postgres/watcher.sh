# shellcheck shell=sh
# Owns one Postgres for the process that started this shell, and cleans up when that process ends, however it
# ends.
#
#   $1  folder of initdb and postgres
#   $2  home: the folder of everything the server needs; its data is in $2/data
#   $3  signal that stops the server when standard input ends
#   $4  "remove" to delete the home then, "keep" to leave it
#
# One command a line comes in, one word goes out. Standard input is a pipe whose only other end is that
# process, so it ends even when the process was killed with SIGKILL.

# Control-C and a closed terminal end that process; this one must see it end.
trap '' HUP INT QUIT TERM PIPE

bin=$1 home=$2 signal=$3 at_end=$4
data=$home/data
server=

# postmaster.pid holds the process id in its first line and the server's state in its eighth. One left behind
# by a crash names another process.
is_ready() {
  pid='' state=''
  {
    read -r pid && read -r _ && read -r _ && read -r _ && read -r _ && read -r _ && read -r _ && read -r state
  } 2>/dev/null <"$data/postmaster.pid"
  [ "$pid $state" = "$server ready" ]
}

# Initialized beside its place, so that data is never half made.
init() {
  rm -rf "$data.new"
  "$bin/initdb" --pgdata="$data.new" --username=branchline --pwfile="$home/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-instructions --no-sync >&2 </dev/null &&
    mv "$data.new" "$data" &&
    echo "done" || echo failed
}

start() {
  "$bin/postgres" -D "$data" -c config_file="$home/postgresql.conf" -c hba_file="$home/pg_hba.conf" -p "$1" \
    >&2 </dev/null &
  server=$!
  while kill -0 "$server" 2>/dev/null; do
    if is_ready; then
      echo ready
      return
    fi
    sleep 0.02
  done
  wait "$server"
  server=
  echo ended
}

stop() {
  if [ -n "$server" ]; then
    kill -s "$1" "$server" 2>/dev/null
    wait "$server"
    server=
  fi
}

while read -r command argument; do
  case $command in
    init) init ;;
    start) start "$argument" ;;
    stop)
      stop "$argument"
      echo stopped
      ;;
  esac
done

stop "$signal"
if [ "$at_end" = remove ]; then
  # The backends of a killed postmaster end by themselves and may still write for a moment.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$home" && break
    sleep 0.2
  done
fi
