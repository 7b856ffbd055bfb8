# shellcheck shell=sh
# Owns one temporary Postgres for the process that started this shell, and removes it when that process ends,
# however it ends: standard input is a pipe whose only other end is that process.
#
#   $1  folder of initdb and postgres
#   $2  home: the folder of everything that the server needs
#
# One command a line comes in, one word goes out.

# Control-C and a closed terminal end that process; this one must see it end.
trap '' HUP INT QUIT TERM PIPE

bin=$1 home=$2
data=$home/data
server=

# postmaster.pid holds the process id in its first line and the server's state in its eighth.
is_ready() {
  pid='' state=''
  {
    read -r pid && read -r _ && read -r _ && read -r _ && read -r _ && read -r _ && read -r _ && read -r state
  } 2>/dev/null <"$data/postmaster.pid"
  [ "$pid $state" = "$server ready" ]
}

# C.UTF-8 is not everywhere; C is.
init() {
  for locale in C.UTF-8 C; do
    rm -rf "$data"
    "$bin/initdb" --pgdata="$data" --username=postgres --auth=peer --encoding=UTF8 --locale="$locale" \
      --wal-segsize=1 --no-instructions --no-sync >&2 </dev/null && echo "done" && return
  done
  echo failed
}

start() {
  "$bin/postgres" -D "$data" -c config_file="$home/postgresql.conf" >&2 </dev/null &
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

while read -r command; do
  case $command in
    init) init ;;
    start) start ;;
  esac
done

# Nobody reads the data again: the fastest way out is enough.
if [ -n "$server" ]; then
  kill -s QUIT "$server" 2>/dev/null
  wait "$server"
fi
# The backends of a killed postmaster end by themselves and may still write for a moment.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$home" && break
  sleep 0.2
done
