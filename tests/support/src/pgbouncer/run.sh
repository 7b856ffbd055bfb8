# shellcheck shell=sh
# Owns one PgBouncer for the process that started this shell, and cleans up when that process ends, however it
# ends.
#
#   $1  pgbouncer
#   $2  home: the folder of everything that it needs
#
# Standard input is a pipe whose only other end is that process, so it ends even when the process was killed
# with SIGKILL.

# Control-C and a closed terminal end that process; this one must see it end.
trap '' HUP INT QUIT TERM PIPE

program=$1 home=$2

"$program" "$home/pgbouncer.ini" >&2 </dev/null &
pid=$!

# Ends with PgBouncer, where that does not start.
while kill -0 "$pid" 2>/dev/null; do
  if grep -q 'process up' "$home/log"; then
    read -r _
    break
  fi
  sleep 0.01
done

kill -s KILL "$pid" 2>/dev/null
wait "$pid"
rm -rf "$home"
