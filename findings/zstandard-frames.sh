#!/usr/bin/env bash
# Python's zstandard iterates over no byte of a file of pzstd, and over the first of joined files
#
# Library    zstandard 0.25.0 (PyPI); pzstd and zstd 1.5.4 (Debian 12: zstd 1.5.4+dfsg2-5)
# Source     https://python-zstandard.readthedocs.io/en/stable/decompressor.html, of read_to_iter:
#            "an iterator whose elements are chunks of the decompressed data", nothing of frames;
#            https://github.com/indygreg/python-zstandard/issues/59 has the joined files
# Input      valid: "Zstandard compressed data is made up of one or more frames", and some are
#            skippable (https://www.rfc-editor.org/rfc/rfc8878#section-3). Dumps of 100,000 lines:
#            one by pzstd, which begins with a skippable frame, and three by zstd, joined by `cat`
# Expected   all lines, as by `zstd -d`, or an error
# Seen       read_to_iter, the way to read what memory does not hold, gives no byte of pzstd's file
#            and one dump of three, without an error: an import that says it is done. stream_reader,
#            whose frames are documented to end a read, reads all of both
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

{ apt-get -q download zstd=1.5.4+dfsg2-5 && python3 -m venv python &&
    python/bin/pip install -q --disable-pip-version-check zstandard==0.25.0; } >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done

for dump in 1 2 3; do
    seq "$((dump * 100000))" "$((dump * 100000 + 99999))" |
        awk '{ print "{\"id\": " $1 ", \"title\": \"document " $1 "\"}" }' >"$dump.jsonl"
    usr/bin/zstd -q "$dump.jsonl"
done
cat ./*.zst >joined
usr/bin/pzstd -q -c -p 2 1.jsonl >parallel 2>log

cat >read.py <<'END'
import zstandard

for name in ("parallel", "joined"):
    with open(name, "rb") as file:
        chunks = zstandard.ZstdDecompressor().read_to_iter(file)
        print(f"{name}: read_to_iter {sum(chunk.count(10) for chunk in chunks)} lines")
    with open(name, "rb") as file:
        whole = zstandard.ZstdDecompressor().stream_reader(file).read()
        print(f"{name}: stream_reader {whole.count(10)} lines")
END
echo "$(usr/bin/zstd --version | grep -o 'v[0-9.]*'), zstandard 0.25.0"
seen=$(for name in parallel joined; do
    echo "$name: zstd -d $(usr/bin/zstd -q -d -c <"$name" | wc -l) lines"
done; python/bin/python read.py)
echo "$seen"
[ "$seen" = "parallel: zstd -d 100000 lines
joined: zstd -d 300000 lines
parallel: read_to_iter 0 lines
parallel: stream_reader 100000 lines
joined: read_to_iter 100000 lines
joined: stream_reader 300000 lines" ] || { echo "not as it was" >&2; exit 1; }
