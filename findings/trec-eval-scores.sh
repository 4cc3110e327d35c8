#!/usr/bin/env bash
# pytrec_eval orders a run by single-precision scores, so ir_measures' RR@10 can exceed its RR
#
# Library    pytrec_eval-terrier 0.5.6 (trec_eval 9 in C) and ir-measures 0.4.3 (PyPI)
# Source     https://github.com/usnistgov/trec_eval, `float sim` in trec_format.h, and its issue 34;
#            https://ir-measur.es/en/latest/measures.html: RR is computed by pytrec_eval, with a
#            cutoff by another provider, msmarco
# Input      valid: a TREC run file, newest first: 10 documents that came 5 s after one another,
#            their scores the seconds since 1970; the newest is the relevant one. Ranks agree with
#            the scores, and no two scores are equal
# Expected   1 for all of RR, RR@10, nDCG@10, P@1; that ranks are not read and that equal scores are
#            ordered by the name of the document is known, but none are equal
# Seen       RR 0.1, nDCG@10 0.29, P@1 0: pytrec_eval keeps a score as a C float, of which one step
#            is 128 s at this size, so the ten are equal and are ordered by name, the last first.
#            RR@10 of the same call is 1, which no ranking can have beside an RR of 0.1. Scores of
#            the form tier * 1e7 + BM25, sums of boosts and fused scores that differ in the eighth
#            digit fare alike. No warning
#
# Exits 0 while this is so, 1 when it is not, 3 where the packages cannot be had.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

{ python3 -m venv python && python/bin/pip install -q --disable-pip-version-check \
    ir-measures==0.4.3 pytrec-eval-terrier==0.5.6 numpy==2.4.6 scipy==1.17.1; } >log 2>&1 ||
    { tail -3 log >&2; echo "the packages cannot be had" >&2; exit 3; }

cat >measure.py <<'END'
import ir_measures
import pytrec_eval
from ir_measures import P, RR, nDCG

newest = 1764340120
scores = {f"doc-{place:02}": newest - 5 * place for place in range(1, 11)}
with open("run", "w") as file:
    for place, (name, score) in enumerate(scores.items(), 1):
        print("recent", "Q0", name, place, score, "newest-first", file=file)
with open("judged", "w") as file:
    print("recent", 0, "doc-01", 1, file=file)

judged = list(ir_measures.read_trec_qrels("judged"))
found = ir_measures.calc_aggregate(
    [RR, RR @ 10, nDCG @ 10, P @ 1], judged, list(ir_measures.read_trec_run("run"))
)
for measure in sorted(found, key=str):
    print(f"ir_measures {measure}: {found[measure]:.2f}")

for name, of in (("seconds since 1970", newest), ("seconds since the newest", 0)):
    run = {"recent": {document: float(score - newest + of) for document, score in scores.items()}}
    evaluator = pytrec_eval.RelevanceEvaluator({"recent": {"doc-01": 1}}, {"recip_rank"})
    print(f"pytrec_eval RR by {name}: {evaluator.evaluate(run)['recent']['recip_rank']:.2f}")
END
python/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(ir|pytrec)' | tr -s ' '
seen=$(python/bin/python measure.py)
echo "$seen"
[ "$seen" = "ir_measures P@1: 0.00
ir_measures RR: 0.10
ir_measures RR@10: 1.00
ir_measures nDCG@10: 0.29
pytrec_eval RR by seconds since 1970: 0.10
pytrec_eval RR by seconds since the newest: 1.00" ] || { echo "not as it was" >&2; exit 1; }
