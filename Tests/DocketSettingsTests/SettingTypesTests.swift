internal import DocketSettings
internal import Testing

/// The value that a setting has when `text` is given for it in the file.
private func read<Value>(_ setting: Setting<Value>, _ text: String) throws(SettingsError) -> Value {
    var values = SettingValues()
    try values.add(
        file: "\(setting.definition.name) = \(text)",
        at: "f",
        for: [setting.definition]
    )
    return values[setting]
}

private func problem<Value>(_ setting: Setting<Value>, _ text: String) -> String? {
    do throws(SettingsError) {
        _ = try read(setting, text)
        return nil
    } catch {
        return error.message
    }
}

@Suite("Types of settings", .timeLimit(.minutes(5)))
struct SettingTypesTests {
    @Test("reads whole numbers within their range")
    func integers() throws {
        let setting = Setting.integer("loops", default: 2, in: 1...64, help: "h")
        #expect(try read(setting, "1") == 1)
        #expect(try read(setting, "64") == 64)
        #expect(problem(setting, "65") == "f:1: loops: \"65\" is not between 1 and 64")
        for text in ["", "x", "1.5", "0", "-1", "99999999999999999999", "0x10", "1 2"] {
            #expect(problem(setting, text) != nil, "\(text)")
        }
    }

    @Test("reads sizes with their units")
    func sizes() throws {
        let setting = Setting.bytes("l1-bytes", default: 64 << 20, in: 0...(1 << 40), help: "h")
        let sizes = [
            "0": 0, "4096": 4096, "7B": 7, "64KiB": 64 << 10, "64MiB": 64 << 20, "2GiB": 2 << 30,
            "1TiB": 1 << 40,
        ]
        for (text, size) in sizes { #expect(try read(setting, text) == size) }
        let message = problem(setting, "2TiB") ?? ""
        #expect(message == "f:1: l1-bytes: \"2TiB\" is not between 0 and 1TiB")
        for text in [
            "", "MiB", "1.5MiB", "64MB", "64mib", "64 MiB", "-1", "9223372036854775807KiB",
        ] {
            #expect(problem(setting, text) != nil, "\(text)")
        }
        #expect(setting.definition.defaultText == "64MiB")
    }

    @Test("reads times with their units")
    func durations() throws {
        let range = Duration.milliseconds(1)...Duration.seconds(86_400 * 400)
        let setting = Setting.duration("drain", default: .seconds(30), in: range, help: "h")
        let times: [String: Duration] = [
            "250ms": .milliseconds(250), "30s": .seconds(30), "5m": .seconds(300),
            "12h": .seconds(43_200), "30d": .seconds(86_400 * 30), "1000us": .milliseconds(1),
        ]
        for (text, time) in times { #expect(try read(setting, text) == time) }
        #expect(problem(setting, "0s") == "f:1: drain: \"0s\" is not between 1ms and 400d")
        for text in ["", "30", "s", "1.5s", "-1s", "30 s", "30S", "999999999999999999d", "1w"] {
            #expect(problem(setting, text) != nil, "\(text)")
        }
        #expect(setting.definition.defaultText == "30s")
        let optional = Setting.duration("expires", in: range, help: "h")
        #expect(SettingValues()[optional] == nil)
        #expect(try read(optional, "30d") == .seconds(86_400 * 30))
    }

    @Test("writes sizes and times as it reads them")
    func quantityTexts() {
        for bytes in [0, 1, 1023, 1024, 1536, 1 << 20, (1 << 20) + 1, 3 << 30, 1 << 40] {
            #expect(Quantity.bytes(Quantity.bytesText(bytes)) == bytes)
        }
        for milliseconds in [0, 1, 999, 1000, 90_000, 3_600_000, 86_400_000] {
            let duration = Duration.milliseconds(milliseconds)
            #expect(Quantity.duration(Quantity.durationText(duration)) == duration)
        }
    }

    @Test("reads addresses, of IPv6 in brackets")
    func addresses() throws {
        let standard = HostPort(host: "127.0.0.1", port: 7700)
        let setting = Setting.address("listen", default: standard, help: "h")
        #expect(SettingValues()[setting] == standard)
        #expect(try read(setting, "docket.example:0") == HostPort(host: "docket.example", port: 0))
        #expect(try read(setting, "[::1]:65535") == HostPort(host: "::1", port: 65_535))
        #expect("\(HostPort(host: "::1", port: 1))" == "[::1]:1")
        for text in [
            "", "7700", ":7700", "host", "host:", "host:65536", "host:-1", "::1:7700", "[]:1",
            "a b:1", "user@host:1", "http://host:1",
        ] {
            #expect(problem(setting, text) != nil, "\(text)")
        }
    }

    @Test("reads flags, choices, texts and lists")
    func words() throws {
        let flag = Setting.flag("fast", help: "h")
        #expect(!SettingValues()[flag])
        for text in ["true", "on", "yes", "1"] { #expect(try read(flag, text)) }
        for text in ["false", "off", "no", "0"] { #expect(try !read(flag, text)) }
        for text in ["", "maybe", "TRUE"] { #expect(problem(flag, text) != nil) }

        let choice = Setting.choice("log-level", of: ["info", "debug"], default: "info", help: "h")
        #expect(try read(choice, "debug") == "debug")
        #expect(
            problem(choice, "loud")
                == "f:1: log-level: \"loud\" is not one of info, debug"
        )

        let text = Setting<String?>.text("data-dir", "DIR", help: "h")
        #expect(SettingValues()[text] == nil)
        #expect(try read(text, " a b ") == "a b")
        #expect(problem(text, "") == "f:1: data-dir: \"\" is empty")

        let list = Setting<[String]>.list("role", "ROLE", help: "h")
        #expect(try read(list, "api,indexer") == ["api", "indexer"])
        #expect(try read(list, "api\nrole = indexer") == ["api", "indexer"])
        #expect(problem(list, "api,,indexer") != nil)
        let repeated = Setting<[String]>.repeated("attribute", "A", help: "h")
        #expect(
            try read(repeated, "y:number:filter,sort\nattribute = b") == [
                "y:number:filter,sort", "b",
            ]
        )
    }

    @Test("refuses a URL with a password, and does not repeat it")
    func urls() throws {
        let setting = Setting<String?>.url("postgres", schemes: ["postgres"], help: "h")
        let lists = Setting<[String]>.urls("elasticsearch", schemes: ["http", "https"], help: "h")
        #expect(try read(setting, "postgres://user@host:5432/db") == "postgres://user@host:5432/db")
        #expect(try read(lists, "http://a:1,https://b/") == ["http://a:1", "https://b/"])
        for url in [
            "postgres://user:hunter2@host/db", "postgres://:hunter2@host",
            "postgres://u:hun@hunter2@host/?x", "redis://u:hunter2@host",
        ] {
            let message = problem(setting, url)
            #expect(message != nil)
            #expect(message?.contains("hunter2") == false)
        }
        #expect(problem(lists, "http://a,http://u:hunter2@b")?.contains("hunter2") == false)
        #expect(try read(setting, "postgres://host/a@b:c") == "postgres://host/a@b:c")
        for text in ["", "host:5432", "postgres://", "postgres:///db", "redis://host"] {
            #expect(problem(setting, text) != nil, "\(text)")
        }
    }
}
