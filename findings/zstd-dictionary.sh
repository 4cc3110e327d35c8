#!/usr/bin/env bash
# A small dictionary doubles what zstd 1.5.4 makes of a large file
#
# Library    zstd 1.5.4 (Debian 12: zstd 1.5.4+dfsg2-5)
# Source     https://github.com/facebook/zstd#the-case-for-small-data-compression: "Dictionary gains
#            are mostly effective in the first few KB. Then, the compression algorithm will
#            gradually use previously decoded content to better compress the rest of the file".
#            https://github.com/facebook/zstd/pull/1824 of 2019 mends it for a ZSTD_CDict with the
#            size of the input, not for ZSTD_CCtx_loadDictionary, which zstd uses
# Input      valid: 10 MB of JSON lines, 100 versions of one document of 100 KB, as an export of
#            documents with their history is, and a dictionary of 4 KiB, trained on 500 small
#            documents of the same words. Level 9, with the dictionary and without it
# Expected   hardly a difference: a dictionary helps little with a large input, and costs nothing
# Seen       with the dictionary the output is 2.1 times as large: the tables of the level are those
#            for data as small as the dictionary. zstd shows the same parameters for both
#            (--show-default-cparams), and where just these are named outright, the output is small
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get -q download zstd=1.5.4+dfsg2-5 >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done

cat >write.py <<'END'
import os


class Numbers:
    """The same ones everywhere."""

    state = 1

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


numbers = Numbers()
letters = "abcdefghijklmnopqrstuvwxyz"
words = [
    "".join(letters[numbers.below(26)] for _ in range(3 + numbers.below(7))) for _ in range(5000)
]


def text(count):
    return [words[numbers.below(len(words))] for _ in range(count)]


os.mkdir("samples")
for number in range(500):
    with open(f"samples/{number}", "w") as file:
        print(f'{{"version":{number},"body":"{" ".join(text(60))}"}}', file=file)
body = text(15000)
with open("history.jsonl", "w") as file:
    for version in range(100):
        for _ in range(20):
            body[numbers.below(len(body))] = words[numbers.below(len(words))]
        print(f'{{"version":{version},"body":"{" ".join(body)}"}}', file=file)
END
python3 write.py
usr/bin/zstd -q --train samples/* -o dictionary --maxdict=4096

size() { # arguments of zstd
    usr/bin/zstd -q -9 "$@" -c history.jsonl | tee made | wc -c
}
shown() { # arguments of zstd
    usr/bin/zstd -9 "$@" -f --show-default-cparams history.jsonl -o made 2>&1 |
        sed -n 's/^ - \([A-Za-z]*\) *: /\1 /p'
}

echo "zstd $(usr/bin/zstd --version | grep -o 'v[0-9.]*'), $(wc -c <history.jsonl) bytes, level 9"
plain=$(size)
small=$(size -D dictionary)
usr/bin/zstd -q -d -D dictionary -c made | cmp - history.jsonl
named=$(size -D dictionary \
    --zstd=wlog=22,clog=20,hlog=21,slog=4,mml=5,tlen=16,strat=5)
echo "without a dictionary: $plain bytes"
echo "with one of 4 KiB: $small bytes"
echo "with it, and the parameters that zstd shows: $named bytes"
shown >plain.shown
shown -D dictionary >small.shown
! cmp plain.shown small.shown || echo "it shows the same for both, $(grep hashLog plain.shown)"
[ "$((10 * small))" -gt "$((18 * plain))" ] && [ "$((10 * named))" -lt "$((11 * plain))" ] &&
    [ -s plain.shown ] && cmp -s plain.shown small.shown || { echo "not as it was" >&2; exit 1; }
