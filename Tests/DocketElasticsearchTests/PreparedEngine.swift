import DocketTestKit

@testable import DocketElasticsearch

extension FakeEngine {
    /// An engine that has all that Docket needs; `script` answers searches, bulks and refreshes.
    static func prepared(
        _ names: IndexNames,
        version: String = #"{"number":"8.19.21"}"#,
        _ script: @escaping @Sendable (Request) -> Reply
    ) throws -> FakeEngine {
        try FakeEngine { request in
            switch (request.method, request.path) {
            case ("GET", "/"): .answer(status: 200, body: #"{"version":\#(version)}"#)
            case ("GET", let path) where path.hasPrefix("/_cluster/settings"):
                .answer(
                    status: 200,
                    body: #"{"defaults":{"action":{"auto_create_index":"false"}}}"#
                )
            case ("GET", IndexSurvey.path(names)):
                .answer(
                    status: 200,
                    body: #"{"\#(names.pool)":{"aliases":{"\#(names.poolAlias)":{}}}}"#
                )
            case ("GET", "/\(names.pool)/_mapping"):
                .answer(status: 200, body: mapping(names))
            case ("GET", _): .answer(status: 404, body: "{}")
            default: script(request)
            }
        }
    }

    private static func mapping(_ names: IndexNames) -> String {
        let mappings = String(decoding: Mapping.mappingsJSON(), as: UTF8.self)
        return #"{"\#(names.pool)":{"mappings":\#(mappings)}}"#
    }
}
