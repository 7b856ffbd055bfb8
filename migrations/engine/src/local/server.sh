# shellcheck shell=sh
# The part that every script of a Shell begins with. It owns one Postgres for the process that started the
# shell, which ends when that process ends, however it ends: standard input is a pipe whose only other end is
# that process, so that it ends even by SIGKILL.
#
#   $1  folder of initdb and postgres
#   $2  home: the folder of everything that the server needs; its data is in $2/data
#
# One command a line comes in, one word goes out.

# Control-C and a closed terminal end that process; this one must see it end.
trap '' HUP INT QUIT TERM PIPE

bin=$1 home=$2
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

# Further options of postgres follow.
start() {
  "$bin/postgres" -D "$data" -c config_file="$home/postgresql.conf" "$@" >&2 </dev/null &
  server=$!
  while kill -0 "$server" 2>/dev/null; do
    if is_ready; then
      echo ready
      return
    fi
    sleep 0.01
  done
  wait "$server"
  server=
  echo ended
}

# By this signal.
stop() {
  if [ -n "$server" ]; then
    kill -s "$1" "$server" 2>/dev/null
    wait "$server"
    server=
  fi
}

# The backends of a killed postmaster end by themselves and may still write for a moment.
remove_home() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$home" && break
    sleep 0.2
  done
}
