# shellcheck shell=sh
# Runs the command in its arguments until it ends by itself, or until standard input does: a pipe whose other
# end is the process that wants the command, and which therefore ends with that process, however it ends.

exec 3<&0
"$@" </dev/null 3<&- &
command=$!

# SIGTERM lets the emulator end its functions, which are in sessions of their own and would outlive it.
{
  read -r _ <&3
  kill -s TERM "$command"
  tries=50
  while [ "$tries" -gt 0 ] && kill -s 0 "$command"; do
    sleep 0.1
    tries=$((tries - 1))
  done
  kill -s KILL "$command"
} >/dev/null 2>&1 &
ending=$!
exec 3<&-

wait "$command"
status=$?
kill "$ending" 2>/dev/null
exit "$status"
