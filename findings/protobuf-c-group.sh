#!/usr/bin/env bash
# protobuf-c 1.4.1 refuses a message for an unknown field that is a group
#
# Library    protobuf-c 1.4.1 (Debian 12: protobuf-c-compiler, libprotobuf-c-dev 1.4.1-1+b1)
# Source     https://github.com/protobuf-c/protobuf-c, `protobuf_c_message_unpack` in
#            protobuf-c/protobuf-c.c
# Input      valid: groups are a wire type of protobuf (proto2, and `features.message_encoding =
#            DELIMITED` of edition 2023), and a receiver skips fields that it does not know
#            (https://protobuf.dev/programming-guides/encoding/#groups)
# Expected   the fields that are known; the group is skipped or kept, as Google's runtime does
# Seen       the whole message is refused (NULL), so a sender that adds a group cuts off every
#            receiver that was built before; unknown fields of all other wire types are kept
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

packages=(protobuf-c-compiler=1.4.1-1+b1 libprotobuf-c-dev=1.4.1-1+b1 libprotobuf-c1=1.4.1-1+b1
    libprotobuf32=3.21.12-3+deb12u1 libprotoc32=3.21.12-3+deb12u1)
{ apt-get -q download "${packages[@]}" && python3 -m venv python &&
    python/bin/pip install -q --disable-pip-version-check protobuf==6.33.0; } >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
library=$(dirname "$(find usr/lib -name libprotobuf-c.so.1)")
export LD_LIBRARY_PATH=$work/$library

cat >known.proto <<'END'
syntax = "proto3";
message Known { int32 a = 1; }
END
usr/bin/protoc-c --c_out=. known.proto
cat >known.c <<'END'
#include "known.pb-c.h"
#include <stdio.h>

static void show(const char *name, const uint8_t *bytes, size_t count) {
    Known *known = known__unpack(NULL, count, bytes);
    if (known) printf("protobuf-c  %s: a=%d\n", name, known->a);
    else printf("protobuf-c  %s: refused\n", name);
    if (known) known__free_unpacked(known, NULL);
}

int main(void) {
    // a: 7, and field 2 as a string, and as a group of one number.
    const uint8_t text[] = {8, 7, 0x12, 1, 'x'};
    const uint8_t group[] = {8, 7, 0x13, 8, 1, 0x14};
    show("unknown text", text, sizeof text);
    show("unknown group", group, sizeof group);
}
END
cc -o known known.c known.pb-c.c -I"$work/usr/include" -L"$library" -lprotobuf-c

cat >known.py <<'END'
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

file = descriptor_pb2.FileDescriptorProto(name="known.proto", syntax="proto3")
file.message_type.add(name="Known").field.add(name="a", number=1, label=1, type=5)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Known = message_factory.GetMessageClass(pool.FindMessageTypeByName("Known"))
print(f"Google's    unknown text: a={Known.FromString(bytes.fromhex('0807120178')).a}")
print(f"Google's    unknown group: a={Known.FromString(bytes.fromhex('080713080114')).a}")
END

echo "protobuf-c $(usr/bin/protoc-c --version | head -1 | sed 's/.* //'), protobuf 6.33.0"
seen=$(./known; python/bin/python known.py)
echo "$seen"
[ "$seen" = "protobuf-c  unknown text: a=7
protobuf-c  unknown group: refused
Google's    unknown text: a=7
Google's    unknown group: a=7" ] || { echo "not as it was" >&2; exit 1; }
