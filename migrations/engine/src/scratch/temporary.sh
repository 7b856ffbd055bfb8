# shellcheck shell=sh disable=SC2154
# Owns one temporary Postgres. server.sh comes before it, and says what the arguments are.

# C.UTF-8 is not everywhere; C is.
init() {
  for locale in C.UTF-8 C; do
    rm -rf "$data"
    "$bin/initdb" --pgdata="$data" --username=postgres --auth=peer --encoding=UTF8 --locale="$locale" \
      --wal-segsize=1 --no-instructions --no-sync >&2 </dev/null && echo "done" && return
  done
  echo failed
}

while read -r command; do
  case $command in
    init) init ;;
    start) start ;;
  esac
done

# Nobody reads the data again: the fastest way out is enough.
stop QUIT
remove_home
