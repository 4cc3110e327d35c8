#!/usr/bin/env bash
# Snowball's stemmer "dutch" of 2.2 and that of 3.1 cut half of all words differently
#
# Library    libstemmer 2.2.0 (Debian 12: libstemmer0d, libstemmer-dev 2.2.0-2) and PyStemmer 3.1.0
#            (PyPI), which brings the same library at 3.1.0
# Source     https://github.com/snowballstem/snowball: since 3.0 "dutch" is the algorithm of Kraaij
#            and Pohlmann, and what was "dutch" is "dutch_porter"; PostgreSQL took it over in 2026
#            (https://www.postgresql.org/message-id/E1vcr6R-004hYS-0k@gemulon.postgresql.org)
# Input      valid: all words of small letters of Debian's word lists (wdutch 1:2.20.19-2, wngerman
#            20161207-11, wamerican 2020.12.07-2), which both are asked for by the same name
# Expected   the same stems but for rare mended words: names of Snowball stand for published
#            algorithms, and the library's file and symbols are the same
# Seen       48.5 % of Dutch words have other stems, 5.7 % of German, 0.3 % of English ones. An
#            index that is built with the one and searched with the other does not find such a word
#            even where it is written the same ("loopt": loopt, loop). No call of libstemmer tells
#            its version, which an index could keep. By "dutch_porter" 3.1 cuts as 2.2 did
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

packages=(libstemmer0d=2.2.0-2 libstemmer-dev=2.2.0-2 wdutch=1:2.20.19-2 wngerman=20161207-11
    wamerican=2020.12.07-2)
{ apt-get -q download "${packages[@]}" && python3 -m venv python &&
    python/bin/pip install -q --disable-pip-version-check pystemmer==3.1.0; } >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
library=$(dirname "$(find usr/lib -name libstemmer.so.0d)")
export LD_LIBRARY_PATH=$work/$library

cat >stem.c <<'END'
#include <libstemmer.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **arguments) {
    if (count != 2) return 2;
    struct sb_stemmer *stemmer = sb_stemmer_new(arguments[1], NULL);
    char word[1024];
    while (stemmer && fgets(word, sizeof word, stdin)) {
        size_t length = strcspn(word, "\n");
        const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word, (int)length);
        printf("%.*s\n", sb_stemmer_length(stemmer), (const char *)stem);
    }
    sb_stemmer_delete(stemmer);
    return !stemmer;
}
END
cc -o stem stem.c -I"$work/usr/include" -L"$library" -lstemmer

cat >compare.py <<'END'
import subprocess

import Stemmer

LISTS = {"dutch": "dutch", "german": "ngerman", "english": "american-english"}
for name, file in LISTS.items():
    with open(f"usr/share/dict/{file}", encoding="utf-8") as lines:
        words = [word for word in lines.read().split() if word.isalpha() and word.islower()]
    text = "".join(f"{word}\n" for word in words)
    made = subprocess.run(["./stem", name], input=text.encode(), capture_output=True, check=True)
    old = made.stdout.decode().split("\n")[:-1]
    new = Stemmer.Stemmer(name).stemWords(words)
    assert len(old) == len(new)
    other = sum(a != b for a, b in zip(old, new))
    print(f"{name}: {other} of {len(words)} words, {100 * other / len(words):.1f} %")
    if name == "dutch":
        for word in ("huizen", "loopt", "verzekering"):
            place = words.index(word)
            print(f"  {word}: {old[place]} by 2.2, {new[place]} by 3.1")
        porter = Stemmer.Stemmer("dutch_porter").stemWords(words)
        print(f"  dutch_porter of 3.1: {sum(a != b for a, b in zip(old, porter))} words")
END
seen=$(python/bin/python compare.py)
echo "$seen"
[ "$seen" = "dutch: 170642 of 351942 words, 48.5 %
  huizen: huiz by 2.2, huis by 3.1
  loopt: loopt by 2.2, loop by 3.1
  verzekering: verzeker by 2.2, verzekeer by 3.1
  dutch_porter of 3.1: 0 words
german: 13446 of 236985 words, 5.7 %
english: 164 of 63993 words, 0.3 %" ] || { echo "not as it was" >&2; exit 1; }
