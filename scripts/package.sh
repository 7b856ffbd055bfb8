#!/usr/bin/env bash
# Builds every function for provided.al2023 into target/lambda/<function>/bootstrap.zip and checks what came
# out. ARCH is x86_64 or arm64, as in the template.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/common.sh

# Amazon Linux 2023 has this glibc, and nothing else that a function may count on.
glibc=2.34
provided='^(libc|libm|libpthread|libdl|librt|ld-linux-[a-z0-9-]+)\.so\.'

case ${ARCH:=x86_64} in
  x86_64) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
  *) die "ARCH is x86_64 or arm64, not $ARCH" ;;
esac

# A larger zip starts later. In bytes: a few percent above what each has. Of all of them 1.2 MB are OpenSSL;
# import reads files of many formats.
limit_of() {
  case $1 in
    db-test | list-projects | account) echo 2800000 ;;
    import) echo 3500000 ;;
    *) echo 3100000 ;;
  esac
}

# Says what is wrong with a function's zip, or its size.
check() {
  local zip=target/lambda/$1/bootstrap.zip binary=$work/bootstrap size foreign newest
  size=$(stat --format=%s "$zip")
  ((size <= $(limit_of "$1"))) || die "$1: the zip has $size bytes; the limit is $(limit_of "$1")"
  python3 -m zipfile -e "$zip" "$work"
  foreign=$(readelf --dynamic "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vE "$provided" || true)
  [[ -z $foreign ]] || die "$1: needs $foreign, which provided.al2023 does not promise"
  newest=$(readelf --wide --dyn-syms "$binary" | grep -oE 'GLIBC_[0-9.]+' | sed s/GLIBC_// |
    sort -V | tail -n 1)
  is_at_least "$glibc" "$newest" || die "$1: needs glibc $newest, and provided.al2023 has $glibc"
  # OpenSSL without it builds and starts, and refuses each token that Neon Auth signs.
  grep -qaF ED25519:1.3.101.112 "$binary" ||
    die "$1: its OpenSSL has no Ed25519, with which tokens are signed"
  printf '%-16s %5d kB   glibc %s or newer\n' "$1" $((size / 1000)) "$newest"
}

packages=()
for folder in functions/*/; do
  packages+=(--package "$(basename "$folder")")
done
export OPENSSL_SRC_PERL=$PWD/scripts/openssl-perl.sh
target=$machine-unknown-linux-gnu.$glibc
cargo lambda build --release --locked --output-format zip --target "$target" "${packages[@]}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in functions/*/; do
  check "$(basename "$folder")"
done
