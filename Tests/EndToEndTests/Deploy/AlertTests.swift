internal import DocketTestKit
internal import Foundation
internal import Testing

/// The rules by which Prometheus wakes people.
@Suite("Alert rules", .needs(programs: "promtool", "python3"), .timeLimit(.minutes(5)))
struct AlertTests {
    private static let folder = "deploy/prometheus"
    private static let rules = folder + "/docket-alerts.yml"
    private static let states = folder + "/docket-alerts.test.yml"

    private struct RuleFile: Decodable {
        struct Group: Decodable { var rules: [Rule] }

        var groups: [Group]
    }

    private struct Rule: Decodable {
        var alert: String
        var expr: String
        var labels: [String: String]
        var annotations: [String: String]
    }

    private struct StateFile: Decodable {
        struct State: Decodable {
            var name: String
            var looks: [Look]

            enum CodingKeys: String, CodingKey {
                case name
                case looks = "promql_expr_test"
            }
        }

        struct Look: Decodable {
            var samples: [Sample]?

            enum CodingKeys: String, CodingKey { case samples = "exp_samples" }
        }

        struct Sample: Decodable { var labels: String }

        var ruleFiles: [String]
        var tests: [State]

        enum CodingKeys: String, CodingKey {
            case ruleFiles = "rule_files"
            case tests
        }
    }

    private func allRules() async throws -> [Rule] {
        let file = try await DeployFile.documents(Self.rules, as: RuleFile.self).first
        return try #require(file).groups.flatMap(\.rules)
    }

    @Test("fire in the states that they are for, and in no other")
    func states() async throws {
        let end = try await RunningProgram.run(
            "/usr/bin/env",
            ["promtool", "test", "rules", DeployFile.path(Self.states)]
        )
        #expect(end.status == 0, "\((end.output + end.errors).joined(separator: "\n"))")
    }

    /// promtool passes a file of rules that is not there, and an alert that does not exist.
    @Test("each has a state in which it fires")
    func coverage() async throws {
        let file = try #require(
            try await DeployFile.documents(Self.states, as: StateFile.self).first
        )
        #expect(file.ruleFiles == ["docket-alerts.yml"])
        let fired = file.tests.flatMap(\.looks).flatMap { $0.samples ?? [] }
            .compactMap { sample in
                sample.labels.firstMatch(of: /alertname="([A-Za-z]+)"/).map { String($0.1) }
            }
        let names = try await allRules().map(\.alert)
        #expect(Set(names).count == names.count)
        #expect(Set(fired) == Set(names))
        #expect(file.tests.first?.name == "All is well")
    }

    @Test("each has a severity, a summary, and its row in docs/OPERATIONS.md")
    func runbooks() async throws {
        let page = try DeployFile.text("docs/OPERATIONS.md").split(separator: "\n")
        let rows = page.filter { $0.hasPrefix("| `Docket") }
        let rules = try await allRules()
        for rule in rules {
            let severity = rule.labels["severity"] ?? ""
            #expect(["critical", "warning"].contains(severity), "\(rule.alert)")
            #expect(rule.annotations["summary"]?.isEmpty == false, "\(rule.alert)")
            let runbook = rule.annotations["runbook"] ?? "none"
            let start = "| `\(rule.alert)` | \(severity) | "
            let row = rows.first { $0.hasPrefix(start) && $0.hasSuffix(" | \(runbook) |") }
            #expect(row != nil, "docs/OPERATIONS.md has no row \(start)... | \(runbook) |")
        }
        #expect(rows.count == rules.count)
    }

    @Test(
        "ask for nothing that docketd does not export",
        .needs(.postgres, .elasticsearch, .redis, .rabbitmq)
    )
    func metrics() async throws {
        let exported = try await ExportedMetrics.ofAllStores()
        #expect(exported.names.count > 60)
        for rule in try await allRules() {
            for problem in exported.unknown(in: rule.expr) {
                Issue.record("\(rule.alert): \(problem)")
            }
            let isOfTarget = rule.expr.contains("up{job=\"docket\"}")
            #expect(isOfTarget || rule.expr.contains("docket_"), "\(rule.alert)")
        }
        #expect(exported.unknown(in: "docket_none_total") == ["docket_none_total is not exported"])
        let wrong = exported.unknown(in: #"docket_calls_total{job="a",status=~"OK|GOOD"}"#)
        #expect(wrong == ["docket_calls_total has no status GOOD"])
    }
}
