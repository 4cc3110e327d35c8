internal import DocketTestKit
internal import Foundation
internal import Testing

/// The boards of Grafana.
@Suite("Boards", .needs(programs: "promtool", "python3"), .timeLimit(.minutes(5)))
struct BoardTests {
    private static let folder = "deploy/grafana"
    private static let columns = 24

    private struct Board: Decodable {
        struct Templating: Decodable { var list: [Variable] }

        var uid: String
        var title: String
        var schemaVersion: Int
        var templating: Templating
        var panels: [Panel]
    }

    private struct Variable: Decodable {
        var name: String
        var type: String
        var query: String
    }

    private struct Panel: Decodable {
        struct Fields: Decodable { var defaults: Defaults }

        struct Defaults: Decodable { var unit: String }

        var id: Int
        var type: String
        var title: String
        var gridPos: Place
        var datasource: Source?
        var fieldConfig: Fields?
        var targets: [Target]?
    }

    private struct Place: Decodable {
        var x: Int
        var y: Int
        var w: Int
        var h: Int

        func overlaps(_ other: Place) -> Bool {
            x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h
        }
    }

    private struct Source: Decodable {
        var type: String
        var uid: String
    }

    private struct Target: Decodable {
        var refId: String
        var expr: String
        var datasource: Source
    }

    private func boards() throws -> [Board] {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: DeployFile.path(Self.folder)
        )
        return try files.filter { $0.hasSuffix(".json") }.sorted().map { file in
            let data = Data(try DeployFile.text("\(Self.folder)/\(file)").utf8)
            let board = try JSONDecoder().decode(Board.self, from: data)
            #expect(file == board.uid + ".json")
            return board
        }
    }

    @Test("are what the script beside them writes")
    func generated() async throws {
        let script = DeployFile.path("\(Self.folder)/generate")
        let end = try await RunningProgram.run(script, ["--check"])
        #expect(end.status == 0, "\(end.errors)")
    }

    @Test("have a source to choose, panels with ids of their own and units, and no overlap")
    func shape() throws {
        let boards = try boards()
        #expect(boards.count == 4)
        for board in boards {
            #expect(board.schemaVersion == 39 && board.title.hasPrefix("Docket: "))
            let variables = board.templating.list
            #expect(variables.map(\.name) == ["datasource", "job", "instance"])
            #expect(variables.first?.type == "datasource")
            #expect(variables.first?.query == "prometheus")
            #expect(Set(board.panels.map(\.id)).count == board.panels.count, "\(board.uid)")
            for (index, panel) in board.panels.enumerated() {
                let place = panel.gridPos
                #expect(place.x >= 0 && place.x + place.w <= Self.columns, "\(panel.title)")
                let later = board.panels[(index + 1)...]
                #expect(!later.contains { place.overlaps($0.gridPos) }, "\(panel.title)")
                if panel.type != "row" { expectWhole(panel) }
            }
        }
    }

    private func expectWhole(_ panel: Panel) {
        #expect(["stat", "timeseries"].contains(panel.type), "\(panel.title)")
        #expect(panel.fieldConfig?.defaults.unit.isEmpty == false, "\(panel.title)")
        let targets = panel.targets ?? []
        #expect(!targets.isEmpty && Set(targets.map(\.refId)).count == targets.count)
        for source in [panel.datasource] + targets.map(\.datasource) {
            #expect(source?.uid == "${datasource}" && source?.type == "prometheus")
        }
    }

    @Test("have expressions that Prometheus takes")
    func expressions() async throws {
        let expressions = try boards().flatMap(\.panels).flatMap { $0.targets ?? [] }.map {
            $0.expr.replacing("$__rate_interval", with: "5m").replacing("$job", with: "docket")
                .replacing("$instance", with: ".*")
        }
        #expect(expressions.count > 50)
        #expect(!expressions.contains { $0.contains("$") })
        let rules = expressions.enumerated().map { index, expression in
            "      - {record: 'r\(index)', expr: '\(expression)'}\n"
        }
        let folder = try TestFolder()
        let file = try folder.write(
            "groups:\n  - name: boards\n    rules:\n" + rules.joined(),
            to: "rules.yml"
        )
        let end = try await RunningProgram.run(
            "/usr/bin/env",
            ["promtool", "check", "rules", file]
        )
        #expect(end.status == 0, "\((end.output + end.errors).joined(separator: "\n"))")
    }

    @Test(
        "ask for nothing that docketd does not export",
        .needs(.postgres, .elasticsearch, .redis, .rabbitmq)
    )
    func metrics() async throws {
        let exported = try await ExportedMetrics.ofAllStores()
        for board in try boards() {
            let expressions = board.panels.flatMap { $0.targets ?? [] }.map(\.expr)
            let queries = board.templating.list.map(\.query) + expressions
            for problem in queries.flatMap(exported.unknown(in:)) {
                Issue.record("\(board.uid): \(problem)")
            }
        }
        // What the autoscalers of Kubernetes go by.
        let file = Manifests.folder + "/components/metrics/adapter-rules.yaml"
        let queries = try DeployFile.text(file).split(separator: "\n").compactMap { line in
            line.firstMatch(of: /metricsQuery: (.*)/)?.1
        }
        #expect(queries.count == 3)
        for query in queries {
            let expression = query.replacing("<<.LabelMatchers>>", with: "")
            #expect(exported.unknown(in: String(expression)) == [])
        }
    }
}
