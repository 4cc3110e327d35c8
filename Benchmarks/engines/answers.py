"""Uploads documents and writes what the server answers to queries, a line for each.

    scripts/with-server scripts/python Benchmarks/engines/answers.py DOCUMENTS QUERIES OUTPUT

Each query of docket-load is asked as it is and, where it has several words, as a phrase. A query of
filters with facets and a sort is made of each document that one line in a hundred has.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from docket.v1 import docket_pb2 as pb
from docket_client import Connection, method
from uploads import document

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "samples/packages.schema.json"
BATCH = 500


def docket(*arguments: str, **options) -> str:
    command = ["docket", *arguments]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, **options
    ).stdout


def prepare(key: str) -> str:
    """Makes a tenant; its key."""
    docket("tenant", "create", "compare")
    text = docket("key", "create", "--tenant", "compare")
    pathlib.Path(key).write_text(text, encoding="utf-8")
    own = {"env": os.environ | {"DOCKET_KEY_FILE": key}}
    docket("collection", "create", "packages", "--schema", str(SCHEMA), **own)
    return text.strip()


def upload(connection: Connection, documents: str) -> None:
    """One batch after the other, so that numbers, the last of each order, are everywhere alike."""
    lines = pathlib.Path(documents).read_text(encoding="utf-8").splitlines()
    for start in range(0, len(lines), BATCH):
        request = pb.UploadRequest(collection="packages")
        request.documents.extend(document(line) for line in lines[start : start + BATCH])
        connection.call(method("UPLOAD"), request, pb.UploadReply, timeout=60)
    while True:
        request = pb.StatusRequest(collection="packages")
        status = connection.call(method("STATUS"), request, pb.StatusReply)
        if status.collections[0].indexing == 0:
            return
        time.sleep(0.2)


def questions(documents: str, queries: str) -> list[tuple[str, dict]]:
    """The kind of each question, and the fields of its request."""
    asked = []
    for line in pathlib.Path(queries).read_text(encoding="utf-8").splitlines():
        query = json.loads(line)
        facets = [pb.FacetRequest(attribute=name) for name in query.get("facets", [])]
        fields = {"filter_text": query.get("filter", ""), "facets": facets}
        asked.append(("words", {"query": query["query"], **fields}))
        if " " in query["query"]:
            asked.append(("phrase", {"query": f'"{query["query"]}"'}))
    lines = pathlib.Path(documents).read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines[:: max(1, len(lines) // 500)][:500]):
        asked.append(("filter", filtering(json.loads(line)["attributes"], place)))
    return asked


def filtering(attributes: dict, place: int) -> dict:
    """Filters by what a document has, with a sort and a facet: each of several forms in turn."""
    size, section = attributes.get("size", 0), attributes.get("section", "misc")
    maintainer = json.dumps(attributes.get("maintainer", ""), ensure_ascii=False)
    filters = [
        f'section = "{section}"',
        f"size BETWEEN {size // 2} AND {size * 2}",
        f"maintainer = {maintainer} AND size >= {size}",
        f'NOT section = "{section}" AND installed_size > {size // 256}',
        f'EXISTS tags AND section IN ("{section}", "libs")',
        f'maintainer ^= {maintainer[:4]}" OR size < {size // 100}',
    ]
    sorts = [("size", True), ("installed_size", False), ("section", False)]
    name, descending = sorts[place % len(sorts)]
    return {
        "filter_text": filters[place % len(filters)],
        "sort": [pb.SortKey(attribute=name, descending=descending)],
        "facets": [pb.FacetRequest(attribute=name) for name in ("section", "priority", "tags")],
    }


def answer(connection: Connection, fields: dict) -> dict:
    request = pb.SearchRequest(collection="packages", limit=10, **fields)
    reply = connection.call(method("SEARCH"), request, pb.SearchReply, timeout=60)
    facets = {
        facet.attribute: [[str(count.value).strip(), count.count] for count in facet.counts]
        for facet in reply.facets
    }
    return {
        "ids": [hit.document.id for hit in reply.hits],
        "total": [reply.total, reply.total_is_bound or reply.approximate],
        "facets": facets,
    }


def main() -> None:
    documents, queries, output = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        connection = Connection(os.environ["DOCKET_ADDRESS"], prepare(f"{work}/key"))
        upload(connection, documents)
        with open(output, "w", encoding="utf-8") as out:
            for kind, fields in questions(documents, queries):
                shown = fields.get("query") or fields["filter_text"]
                line = {"kind": kind, "shown": shown} | answer(connection, fields)
                out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
