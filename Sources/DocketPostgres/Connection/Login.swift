package import DocketCore
internal import DocketSystem

/// Where the server is and who connects: a URL without a password, and a file that holds one.
package struct Login: Sendable {
    /// A libpq URL or its list of `name=value`; several hosts are tried in order.
    package let url: String
    /// Read anew at each connection; nil leaves it to PGPASSFILE and PGPASSWORD.
    package let passwordFile: String?

    /// - Throws: ``DocketError`` `invalidArgument` that names what the URL must not have.
    package init(url: String, passwordFile: String? = nil) throws(DocketError) {
        let password: String?
        let options: String?
        do throws(PostgresError) {
            password = try ConnectionHandle.option("password", of: url)
            options = try ConnectionHandle.option("options", of: url)
        } catch {
            throw DocketError.invalid("postgres", "is no URL of PostgreSQL")
        }
        guard password == nil else {
            throw .invalid("postgres", "has a password, which belongs into a file")
        }
        guard options == nil else {
            throw .invalid("postgres", "has `options`, which a pooler in between refuses")
        }
        self.url = url
        self.passwordFile = passwordFile
    }

    /// The hosts and ports, as `db:5432` or `a,b:5432,5433`.
    var address: String {
        let option = { (name: String) in try? ConnectionHandle.option(name, of: url) }
        return "\(option("host") ?? "localhost"):\(option("port") ?? "5432")"
    }

    /// What the library is told; what the URL says holds over what stands before it.
    func parameters() throws(PostgresError) -> [(name: String, value: String)] {
        var parameters = [
            (name: "connect_timeout", value: "5"), (name: "tcp_user_timeout", value: "10000"),
            (name: "target_session_attrs", value: "read-write"),
            (name: "application_name", value: "docketd"), (name: "dbname", value: url),
            (name: "client_encoding", value: "UTF8"),
        ]
        if let passwordFile {
            parameters.append((name: "password", value: try password(in: passwordFile)))
        }
        return parameters
    }

    private func password(in path: String) throws(PostgresError) -> String {
        do throws(FileError) {
            return try SmallFile.password(in: path)
        } catch {
            throw PostgresError(state: "28000", text: "the password file \(error.reason)")
        }
    }
}
