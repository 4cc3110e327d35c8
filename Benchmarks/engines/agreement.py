"""How far the answers of several stores agree; Benchmarks/engines/compare runs this."""

import json
import pathlib
import sys

# Queries of a kind that are named with their totals.
NAMED = 20


def read(path: str) -> list[dict]:
    return [json.loads(line) for line in pathlib.Path(path).open(encoding="utf-8")]


def share(pairs: list[tuple], field: str) -> str:
    equal = sum(first[field] == second[field] for first, second in pairs)
    return f"{equal} of {len(pairs)}"


def compare(reference: list[dict], answers: list[dict]) -> None:
    for kind in dict.fromkeys(answer["kind"] for answer in reference):
        pairs = [pair for pair in zip(reference, answers) if pair[0]["kind"] == kind]
        same = sum(set(first["ids"]) == set(second["ids"]) for first, second in pairs)
        print(f"  {kind}: equal totals {share(pairs, 'total')}, facets {share(pairs, 'facets')},")
        print(f"    first ten {same} of {len(pairs)}, in their order {share(pairs, 'ids')}")
        differing = [pair for pair in pairs if pair[0]["total"] != pair[1]["total"]]
        for first, second in differing[:NAMED]:
            print(f"    {first['total'][0]} and {second['total'][0]}: {first['shown']}")
        if kind == "filter":
            for first, second in pairs:
                if first["facets"] != second["facets"] or first["ids"] != second["ids"]:
                    print(f"    differs: {first['shown']}")


def main() -> None:
    first, *others = sys.argv[1:]
    reference = read(first)
    for other in others:
        print(f"{pathlib.Path(first).name} and {pathlib.Path(other).name}")
        compare(reference, read(other))


if __name__ == "__main__":
    main()
