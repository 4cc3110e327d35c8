import DocketCore

extension SampleValues {
    mutating func uploadRequest() -> UploadRequest {
        UploadRequest(collection: text(), documents: some { $0.document() })
    }

    mutating func searchRequest() -> SearchRequest {
        SearchRequest(
            collection: text(),
            query: text(),
            match: flag() ? .all : .any,
            filter: maybe { $0.filter() },
            sort: some { SortKey($0.text(), isDescending: $0.flag()) },
            facets: some { FacetRequest($0.text(), limit: $0.number(1...100)) },
            limit: number(0...1000),
            cursor: bytes(),
            highlights: texts(),
            total: totalMode(),
            fields: maybe { $0.texts() },
            exactWords: flag(),
            explains: flag()
        )
    }

    private mutating func totalMode() -> SearchRequest.TotalMode {
        switch number(0...2) {
        case 0: .exact
        case 1: .bounded(number(1...100_000))
        default: .none
        }
    }

    mutating func searchReply() -> SearchReply {
        SearchReply(
            hits: some { $0.hit() },
            total: SearchReply.Total(value: count(), isExact: flag()),
            facets: some { sample in
                FacetResult(
                    attribute: sample.text(),
                    counts: sample.some { FacetResult.Count($0.value(), $0.count()) }
                )
            },
            cursor: bytes(),
            isApproximate: flag(),
            ignoredTerms: texts(),
            corrections: some { Correction($0.text(), $0.texts()) }
        )
    }

    mutating func hit() -> Hit {
        Hit(
            document: document(),
            version: unsigned(),
            score: fraction(),
            highlights: some { $0.highlight() },
            explanation: maybe { $0.explanation() }
        )
    }

    private mutating func explanation() -> Explanation {
        Explanation(parts: some { $0.scorePart() }, scale: fraction(), isCut: flag())
    }

    private mutating func scorePart() -> ScorePart {
        ScorePart(
            ScorePart.Kind(rawValue: UInt8(number(1...5))) ?? .term,
            words: texts(),
            score: fraction(),
            weight: fraction(),
            idf: fraction(),
            tf: fraction(),
            places: some { sample in
                WordPlaces(
                    field: sample.text(),
                    count: sample.number(0...999),
                    source: .init(rawValue: UInt8(sample.number(1...5))) ?? .written,
                    found: sample.texts()
                )
            }
        )
    }

    private mutating func fraction() -> Double { Double(number(0...1024)) / 1024 }

    private mutating func highlight() -> Highlight {
        let fragment = text(0...40)
        let length = fragment.utf8.count
        let ranges = some { sample in
            let start = sample.number(0...length)
            return start..<sample.number(start...length)
        }
        return Highlight(field: text(), fragment: fragment, ranges: ranges)
    }

    mutating func deleteRequest() -> DeleteRequest {
        DeleteRequest(
            collection: text(),
            ids: texts(),
            filter: maybe { $0.filter() },
            cursor: bytes()
        )
    }

    mutating func getReply() -> GetReply {
        var reply = GetReply()
        reply.documents = some { $0.storedDocument() }
        reply.missing = texts()
        reply.left = texts()
        return reply
    }

    mutating func statusReply() -> StatusReply {
        var reply = StatusReply()
        reply.documents = some { $0.documentStatus() }
        reply.missing = texts()
        reply.collections = some { CollectionStatus(name: $0.text(), counts: $0.stateCounts()) }
        (reply.lag.waiting, reply.lag.oldest) = (count(), .milliseconds(number(0...99_999)))
        (reply.lag.inTime, reply.lag.late) = (count(), count())
        return reply
    }

    private mutating func documentStatus() -> DocumentStatus {
        DocumentStatus(
            id: text(),
            state: state(),
            version: unsigned(),
            indexedVersion: unsigned(),
            error: text(),
            createdMicroseconds: microseconds(),
            updatedMicroseconds: microseconds()
        )
    }

    private mutating func stateCounts() -> StateCounts {
        var counts = StateCounts()
        counts.indexing = count()
        counts.indexed = count()
        counts.failed = count()
        counts.deleting = count()
        counts.bytes = count()
        return counts
    }

    mutating func streamPart() -> StreamPart {
        StreamPart(
            documents: some { $0.storedDocument() },
            cursor: bytes(),
            ignoredTerms: texts(),
            corrections: some { Correction($0.text(), $0.texts()) }
        )
    }

    mutating func collection() -> CollectionDescription {
        CollectionDescription(
            name: text(),
            attributes: some { sample in
                AttributeDefinition(
                    sample.text(),
                    AttributeType.allCases[sample.number(0...AttributeType.allCases.count - 1)],
                    AttributeUses(rawValue: UInt8(sample.number(0...15))),
                    language: sample.maybe { $0.language() }
                )
            },
            schemaEpoch: unsigned(),
            createdMicroseconds: microseconds(),
            language: maybe { $0.language() },
            synonyms: some { $0.synonymRule() },
            retention: maybe { $0.retention() }
        )
    }

    mutating func language() -> Language {
        Language.allCases[number(0...Language.allCases.count - 1)]
    }

    mutating func createKeyReply() -> CreateKeyReply {
        let key = KeyDescription(
            id: text(),
            tenant: text(),
            scopes: Scopes(rawValue: UInt32(number(0...7))),
            createdMicroseconds: microseconds(),
            expiresMicroseconds: maybe { $0.microseconds() },
            revokedMicroseconds: maybe { $0.microseconds() }
        )
        return CreateKeyReply(key: key, secret: text())
    }

    mutating func quota() -> Quota {
        Quota(
            documents: maybe { $0.count() },
            bytes: maybe { $0.count() },
            collections: maybe { $0.number(0...3) }
        )
    }
}
