import DocketClient
import Foundation

let environment = ProcessInfo.processInfo.environment
let client = try DocketClient(
    addresses: [environment["DOCKET_ADDRESS"] ?? "127.0.0.1:7700"],
    key: environment["DOCKET_KEY"] ?? ""
)
try await client.createCollection(
    "books",
    attributes: [AttributeDefinition("year", .number, [.filter, .sort])]
)
let book = Document(
    id: "taocp-1",
    title: "Fundamental Algorithms",
    attributes: [Attribute("year", .number(1968))]
)
let upload = try await client.upload([book], to: "books")
print("accepted \(upload.accepted), rejected \(upload.rejected.count)")

// What is accepted is durable; it is found once it is indexed.
while try await client.status(of: [book.id], in: "books").documents[0].state == .indexing {
    try await Task.sleep(for: .milliseconds(20))
}
let search = SearchRequest(
    collection: "books",
    query: "algorithm",
    filter: try Filter(parsing: "year >= 1960")
)
for hit in try await client.search(search).reply.hits {
    print(hit.document.id, hit.document.title)
}
for try await stored in client.stream(StreamRequest(collection: "books")).documents {
    print(stored.document.id, stored.state)
}
await client.shutdown()
