#!/usr/bin/env bash
# protobuf-c 1.4.1 loses scalars where a sub-message comes in two parts
#
# Library    protobuf-c 1.4.1 (Debian 12: protobuf-c-compiler, libprotobuf-c-dev 1.4.1-1+b1)
# Source     https://github.com/protobuf-c/protobuf-c, `merge_messages` in protobuf-c/protobuf-c.c
# Input      valid: "parsers merge multiple instances of the same field [...] all singular scalar
#            fields in the latter instance replace those in the former"
#            (https://protobuf.dev/programming-guides/encoding/#last-one-wins)
# Expected   { a: 7 } and then { b: 9 } is { a: 7, b: 9 }, as Google's runtime has it
# Seen       proto3: { a: 0, b: 9 }, without an error: where the later part does not have a scalar,
#            the 0 that stands for it replaces the value of the earlier one. With a oneof in the
#            sub-message that neither part sets the whole message is refused (NULL)
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

cat >parts.proto <<'END'
syntax = "proto3";
message Plain { int32 a = 1; int32 b = 2; }
message Choice { int32 a = 1; int32 b = 2; oneof one { int32 x = 3; int32 y = 4; } }
message Whole { Plain plain = 1; Choice choice = 2; }
END
usr/bin/protoc-c --c_out=. parts.proto
cat >parts.c <<'END'
#include "parts.pb-c.h"
#include <stdio.h>

static void show(const char *name, const uint8_t *bytes, size_t count) {
    Whole *whole = whole__unpack(NULL, count, bytes);
    printf("protobuf-c  %s: ", name);
    if (!whole) puts("refused");
    else if (whole->plain) printf("a=%d b=%d\n", whole->plain->a, whole->plain->b);
    else printf("a=%d b=%d\n", whole->choice->a, whole->choice->b);
    if (whole) whole__free_unpacked(whole, NULL);
}

int main(void) {
    const uint8_t plain[] = {0x0a, 2, 8, 7, 0x0a, 2, 16, 9};
    const uint8_t choice[] = {0x12, 2, 8, 7, 0x12, 2, 16, 9};
    show("plain", plain, sizeof plain);
    show("beside a oneof", choice, sizeof choice);
}
END
cc -o parts parts.c parts.pb-c.c -I"$work/usr/include" -L"$library" -lprotobuf-c

cat >parts.py <<'END'
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

file = descriptor_pb2.FileDescriptorProto(name="parts.proto", syntax="proto3")
INT32, MESSAGE = 5, 11


def message(name, *fields, one=()):
    made = file.message_type.add(name=name)
    if one:
        made.oneof_decl.add(name="one")
    for number, (field, kind) in enumerate([*fields, *((name, INT32) for name in one)], 1):
        added = made.field.add(name=field, number=number, label=1, type=MESSAGE)
        if kind == INT32:
            added.type = INT32
        else:
            added.type_name = "." + kind
        if field in one:
            added.oneof_index = 0


message("Plain", ("a", INT32), ("b", INT32))
message("Choice", ("a", INT32), ("b", INT32), one=("x", "y"))
message("Whole", ("plain", "Plain"), ("choice", "Choice"))
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Whole = message_factory.GetMessageClass(pool.FindMessageTypeByName("Whole"))
plain = Whole.FromString(bytes.fromhex("0a0208070a021009")).plain
choice = Whole.FromString(bytes.fromhex("1202080712021009")).choice
print(f"Google's    plain: a={plain.a} b={plain.b}")
print(f"Google's    beside a oneof: a={choice.a} b={choice.b}")
END

echo "protobuf-c $(usr/bin/protoc-c --version | head -1 | sed 's/.* //'), protobuf 6.33.0"
seen=$(./parts; python/bin/python parts.py)
echo "$seen"
[ "$seen" = "protobuf-c  plain: a=0 b=9
protobuf-c  beside a oneof: refused
Google's    plain: a=7 b=9
Google's    beside a oneof: a=7 b=9" ] || { echo "not as it was" >&2; exit 1; }
