"""What the client does against a real server, which scripts/with-server starts."""

import json
import os
import pathlib
import time

from docket.v1 import docket_pb2 as pb
from docket_client import Connection, DocketError, method

SAMPLE = pathlib.Path(__file__).parents[2] / "samples" / "packages.jsonl"


def check(what: str, is_true: bool) -> None:
    print(f"{'ok  ' if is_true else 'FAIL'} {what}", flush=True)
    if not is_true:
        raise SystemExit(1)


def refusal(call) -> DocketError:
    try:
        call()
    except DocketError as error:
        return error
    raise SystemExit("FAIL: nothing was refused")


def document(line: str) -> pb.Document:
    fields = json.loads(line)
    attributes = []
    for name, value in fields.get("attributes", {}).items():
        values = value if isinstance(value, list) else [value]
        kind = "strings" if isinstance(values[0], str) else "numbers"
        attributes.append(pb.Attribute(name=name, **{kind: values}))
    return pb.Document(
        id=fields["id"], title=fields["title"], body=fields["body"], attributes=attributes
    )


def main() -> None:
    address = os.environ["DOCKET_ADDRESS"]
    admin_key = pathlib.Path(os.environ["DOCKET_KEY_FILE"]).read_text().strip()
    error = refusal(lambda: Connection(address, admin_key[:-1] + "x"))
    check("a wrong key is refused", error.code == "UNAUTHENTICATED")

    admin = Connection(address, admin_key)
    admin.call(method("CREATE_TENANT"), pb.CreateTenantRequest(name="python"), pb.Tenant)
    request = pb.CreateKeyRequest(tenant="python")
    key = admin.call(method("CREATE_KEY"), request, pb.CreateKeyReply).secret
    request.scopes.append("write")
    write_key = admin.call(method("CREATE_KEY"), request, pb.CreateKeyReply).secret
    health = admin.call(method("HEALTH"), pb.HealthRequest(), pb.HealthReply)
    states = {part.part: part.state for part in health.parts}
    check("the server says how it is", states["store"] == pb.HEALTH_STATE_UP)
    check("and what is not set", states["redis"] == pb.HEALTH_STATE_OFF)
    verify = pb.VerifyRequest(tenant="python")
    error = refusal(lambda: list(admin.stream(method("VERIFY"), verify, pb.VerifyProgress)))
    check("an embedded server says what verifies it", "docketd verify" in error.message)
    admin.close()

    docket = Connection(address, key)
    kinds = {"section": 1, "priority": 1, "tags": 1, "maintainer": 1, "size": 3}
    kinds["installed_size"] = 3
    definitions = [
        pb.AttributeDefinition(name=name, type=kind, filter=True, sort=True, facet=kind == 1)
        for name, kind in kinds.items()
    ]
    collection = pb.CreateCollectionRequest(name="packages", attributes=definitions)
    error = refusal(lambda: docket.call(method("CREATE_TENANT"), pb.CreateTenantRequest(name="x"),
                                        pb.Tenant))
    check("a tenant's key makes no tenants", error.code == "PERMISSION_DENIED")
    docket.call(method("CREATE_COLLECTION"), collection, pb.Collection)
    languages(docket)

    upload(docket)
    search(docket)
    suggest(docket)
    stream(docket)
    feed(docket, Connection(address, write_key))

    get = pb.GetRequest(collection="packages", ids=["large", "nothing"])
    reply = docket.call(method("GET"), get, pb.GetReply)
    check("Get returns a body of many frames", len(reply.documents[0].document.body) == 900_000)
    check("Get names what is missing", list(reply.missing) == ["nothing"])
    delete = pb.DeleteRequest(collection="packages", ids=["large"])
    check("Delete deletes", docket.call(method("DELETE"), delete, pb.DeleteReply).deleted == 1)
    reply = docket.call(method("GET"), get, pb.GetReply)
    check("a deleted document is gone", list(reply.missing) == ["large", "nothing"])
    error = refusal(lambda: docket.call(method("WATCH"), pb.WatchRequest(), pb.WatchEvent))
    check("what is not served says so", error.code == "UNIMPLEMENTED")
    docket.close()


def languages(docket: Connection) -> None:
    """Makes a collection of German texts, with summaries in French."""
    summary = pb.AttributeDefinition(
        name="summary", type=pb.ATTRIBUTE_TYPE_TEXT, search=True, language="fr"
    )
    request = pb.CreateCollectionRequest(name="buecher", attributes=[summary], language="de")
    made = docket.call(method("CREATE_COLLECTION"), request, pb.Collection)
    check("a collection has its language", made.language == "de")
    check("an attribute has its own", made.attributes[0].language == "fr")
    request = pb.CreateCollectionRequest(name="other", language="xx")
    error = refusal(lambda: docket.call(method("CREATE_COLLECTION"), request, pb.Collection))
    check("a language that is unknown is named", error.details[0].field == "language")


def upload(docket: Connection) -> None:
    documents = [document(line) for line in SAMPLE.read_text().splitlines()]
    half = len(documents) // 2
    wrong = pb.Document(id="wrong", attributes=[pb.Attribute(name="size", strings=["big"])])
    # Digits that repeat late, so that the frames are worth compressing and remain several.
    large = pb.Document(id="large", body="".join(f"{n * 7919:09}" for n in range(100_000)))
    batches = [documents[:half] + [wrong], documents[half:], [large]]
    accepted, rejected = 0, []
    for number, batch in enumerate(batches):
        request = pb.UploadRequest(collection="packages", documents=batch)
        for _ in range(2):  # the second time the key makes it a repetition
            reply = docket.call(
                method("UPLOAD"), request, pb.UploadReply, idempotency_key=b"batch %d" % number
            )
        accepted += reply.accepted
        rejected += reply.rejected
    check("all good documents are accepted", accepted == len(documents) + 1)
    named = [(rejection.id, rejection.field) for rejection in rejected]
    check("the bad one is named", named == [("wrong", "attributes.size")])
    deadline = time.monotonic() + 30
    while True:
        reply = docket.call(
            method("STATUS"), pb.StatusRequest(collection="packages"), pb.StatusReply
        )
        counts = reply.collections[0]
        if counts.indexing == 0 or time.monotonic() > deadline:
            break
    check("all are indexed, each once", counts.indexed == accepted and counts.failed == 0)


def feed(docket: Connection, feeder: Connection) -> None:
    """Uploads with a key that may do nothing else, the same document again and again."""
    made = pb.AttributeDefinition(name="at", type=pb.ATTRIBUTE_TYPE_TIME)
    visits = pb.CreateCollectionRequest(name="visits", attributes=[made])
    docket.call(method("CREATE_COLLECTION"), visits, pb.Collection)
    for minute in range(10):
        at = pb.Attribute(name="at", strings=[f"1970-01-01T00:{minute:02}:00Z"])
        request = pb.UploadRequest(
            collection="visits", documents=[pb.Document(id="last", attributes=[at])]
        )
        feeder.call(method("UPLOAD"), request, pb.UploadReply)
    status = pb.StatusRequest(collection="visits", ids=["last"])
    known = feeder.call(method("STATUS"), status, pb.StatusReply).documents
    check("a key that may only write uploads, and asks for states", len(known) == 1)
    error = refusal(lambda: feeder.call(method("SEARCH"), pb.SearchRequest(collection="visits"),
                                        pb.SearchReply))
    check("and searches nothing", error.code == "PERMISSION_DENIED")
    feeder.close()
    get = pb.GetRequest(collection="visits", ids=["last"])
    stored = docket.call(method("GET"), get, pb.GetReply).documents[0].document
    check("of one id the last upload holds", stored.attributes[0].times_us == [9 * 60_000_000])


def search(docket: Connection) -> None:
    request = pb.SearchRequest(
        collection="packages",
        query="library",
        filter_text='section = "libs" AND size >= 1000',
        facets=[pb.FacetRequest(attribute="section")],
        sort=[pb.SortKey(attribute="size", descending=True)],
        highlights=["body"],
        limit=5,
    )
    ids, sizes, marks, facets, total = [], [], [], None, 0
    while True:
        reply = docket.call(method("SEARCH"), request, pb.SearchReply)
        for hit in reply.hits:
            ids.append(hit.document.id)
            values = {a.name: a for a in hit.document.attributes}
            sizes.append(values["size"].numbers[0])
            for mark in hit.highlights:
                text = mark.fragment.encode()
                for begin, end in zip(mark.ranges[::2], mark.ranges[1::2]):
                    marks.append(text[begin:end].lower())
        facets, total = facets or reply.facets[0], reply.total
        if not reply.cursor:
            break
        request.cursor = reply.cursor
    expected = sorted(
        fields["id"]
        for fields in map(json.loads, SAMPLE.read_text().splitlines())
        if fields["attributes"]["section"] == "libs" and fields["attributes"]["size"] >= 1000
        and "librar" in (fields["title"] + fields["body"]).lower()
    )
    check("pages have every hit once", len(ids) == len(set(ids)) == total)
    check("no hit fails the filter", set(ids) <= set(expected))
    check("marks are on the word", marks and all(mark.startswith(b"librar") for mark in marks))
    check("hits are sorted", sizes == sorted(sizes, reverse=True))
    counts = {c.value.string: c.count for c in facets.counts}
    check("the facet counts all hits", counts == {"libs": total})
    asked = pb.SearchRequest(collection="packages", query="library", explain=True, limit=5)
    told = docket.call(method("SEARCH"), asked, pb.SearchReply).hits
    sums = [sum(part.score for part in hit.explanation.parts) for hit in told]
    check(
        "what makes a score adds up to it",
        told and all(abs(sum - hit.score) < 1e-9 for sum, hit in zip(sums, told)),
    )
    check("and says where words are", told[0].explanation.parts[0].places[0].count > 0)
    bad = pb.SearchRequest(collection="packages", filter_text="size >")
    error = refusal(lambda: docket.call(method("SEARCH"), bad, pb.SearchReply))
    check("a bad filter is named", error.code == "INVALID_ARGUMENT" and "filter" in error.message)


def suggest(docket: Connection) -> None:
    request = pb.SuggestRequest(collection="packages", prefix="lib", limit=20)
    reply = docket.call(method("SUGGEST"), request, pb.SuggestReply)
    texts, counts = list(reply.suggestions), list(reply.documents)
    check("completions begin as asked", texts and all(t.lower().startswith("lib") for t in texts))
    check("each once, with kind and count", len(set(texts)) == len(reply.kinds) == len(counts))
    check("the most frequent come first", counts == sorted(counts, reverse=True))
    request.prefix = "librray"
    reply = docket.call(method("SUGGEST"), request, pb.SuggestReply)
    check("a mistyped beginning is corrected", reply.corrected_prefix == "library")
    synonyms = pb.SetSynonymsRequest(collection="packages")
    synonyms.rules.add(words=["Bibliothek"], meanings=["library"])
    made = docket.call(method("SET_SYNONYMS"), synonyms, pb.Collection)
    check("synonyms are folded", list(made.synonyms[0].words) == ["bibliothek"])
    found = pb.SearchRequest(collection="packages", query="bibliothek")
    check("a synonym finds", docket.call(method("SEARCH"), found, pb.SearchReply).total > 0)
    request.limit = 51
    error = refusal(lambda: docket.call(method("SUGGEST"), request, pb.SuggestReply))
    check("too many completions are refused", error.code == "INVALID_ARGUMENT")


def stream(docket: Connection) -> None:
    def ids(part: pb.StreamPart) -> list[str]:
        return [stored.document.id for stored in part.documents]

    def read() -> list[str]:
        parts = docket.stream(method("STREAM"), request, pb.StreamPart)
        return [id for part in parts for id in ids(part)]

    request = pb.StreamRequest(collection="packages")
    seen = read()
    expected = {json.loads(line)["id"] for line in SAMPLE.read_text().splitlines()} | {"large"}
    check("Stream sends every document once", len(seen) == len(set(seen)) and set(seen) == expected)
    parts = docket.stream(method("STREAM"), request, pb.StreamPart)
    first = next(parts)
    parts.close()
    request.cursor = first.cursor
    check("and goes on behind a cursor", ids(first) + read() == seen)


if __name__ == "__main__":
    main()
