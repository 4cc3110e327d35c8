#!/usr/bin/env bash
# SQLite 3.40.1 gives each row of over 1,002 bytes of a WITHOUT ROWID table a page of its own
#
# Library    SQLite 3.40.1 (Debian 12: sqlite3, libsqlite3-0 3.40.1-2+deb12u2)
# Source     https://www.sqlite.org/fileformat2.html#b_tree_pages, the rule for index b-trees
# Input      valid: 10,000 rows of an integer key and a blob, pages of 4,096 bytes, once in a rowid
#            table, once in a WITHOUT ROWID table
# Expected   both tables take about the bytes of their rows. That WITHOUT ROWID is for small rows is
#            written (https://www.sqlite.org/withoutrowid.html), not that there is a cliff at a
#            quarter of a page
# Seen       blobs of 990 bytes: 2,508 and 2,506 pages. Ten bytes more a row: 2,508 and 11,431, and
#            11,254 after VACUUM, 4.5 times the file: of such a row a quarter of a page or less
#            stays in the tree, and the rest has an overflow page to itself. A rowid table keeps
#            rows up to 4,061 bytes whole
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

version=3.40.1-2+deb12u2
apt-get -q download sqlite3="$version" libsqlite3-0="$version" >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }
for package in *.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$work/$(dirname "$(find usr/lib -name libsqlite3.so.0)")
export LD_LIBRARY_PATH
sqlite() { usr/bin/sqlite3 -batch -init /dev/null "$@"; }

pages() { # bytes of a blob, what follows the columns, what is done before pages are counted
    rm -f rows.db
    sqlite rows.db "PRAGMA page_size = 4096;
        CREATE TABLE rows(key INTEGER PRIMARY KEY, data BLOB) $2;
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
        INSERT INTO rows SELECT n, zeroblob($1) FROM numbers; $3 PRAGMA page_count" 2>/dev/null
}

echo "SQLite $(sqlite :memory: 'SELECT sqlite_version()' 2>/dev/null)"
seen=$(for bytes in 990 1000; do
    with=$(pages $bytes '' '') without=$(pages $bytes 'WITHOUT ROWID' '')
    vacuumed=$(pages $bytes 'WITHOUT ROWID' 'VACUUM;')
    echo "$bytes bytes: rowid $with, WITHOUT ROWID $without, after VACUUM $vacuumed"
done)
echo "$seen"
[ "$seen" = "990 bytes: rowid 2508, WITHOUT ROWID 2506, after VACUUM 2506
1000 bytes: rowid 2508, WITHOUT ROWID 11431, after VACUUM 11254" ] ||
    { echo "not as it was" >&2; exit 1; }
