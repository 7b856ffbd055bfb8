#!/bin/sh
# Stands in for perl while OpenSSL is built for a package: what a client of Postgres never uses stays out of
# it, and the rest is built for size, which takes a fifth off a function. openssl-src lets OPENSSL_SRC_PERL
# name such a program. Ed25519 stays, with which issuers such as Neon Auth sign tokens.
case $1 in
  ./Configure)
    # A handshake begins with P-256, which every server takes and Postgres 17 alone by default: a round trip
    # less, as it would answer X25519 with a HelloRetryRequest.
    ours='?*secp256r1:?X25519 / ?secp384r1:?secp521r1'
    sed -i "s|\"?\*X25519MLKEM768 / .*ffdhe3072\"|\"$ours\"|" ssl/t1_lib.c
    grep -qF "\"$ours\"" ssl/t1_lib.c || {
      echo "OpenSSL's default groups are not where they were" >&2
      exit 1
    }
    # The Makefile is then written with this program in it.
    PERL=$0 exec perl "$@" no-quic no-dtls no-srtp no-srp no-ct no-ocsp no-http no-cms no-cmp no-ts \
      no-rfc3779 no-nextprotoneg no-ml-kem no-ml-dsa no-slh-dsa no-lms no-dsa no-ec2m no-sm2 no-gost \
      no-aria no-bf no-cast no-des no-rc2 no-rc4 no-sm4 no-siv no-ocb no-md4 no-mdc2 no-rmd160 no-whirlpool \
      no-sm3 no-blake2 no-siphash \
      no-scrypt no-argon2 -Oz -fno-asynchronous-unwind-tables -fno-unwind-tables
    ;;
  # 700 kB of unrolled AES for processors with AVX-512; where the assembler is too old for it, a stub is
  # written.
  */aes-gcm-avx512.pl) CC='echo GNU assembler version 2.20 #' exec perl "$@" ;;
  *) exec perl "$@" ;;
esac
