internal import CDocketRabbitMQ
internal import DocketSystem

/// What the broker says by itself.
enum BrokerMessage: Equatable, Sendable {
    /// The message of this number was taken, or refused; with `isMultiple` all before it, too.
    case confirmed(UInt64, isMultiple: Bool, isTaken: Bool)
    /// A message found no queue; its confirm comes still.
    case returned
    /// nil for a body that is longer than any of ours.
    case delivered(UInt64, [UInt8]?)
    /// It takes nothing from who publishes, or does again.
    case blocked(Bool)
}

/// Owns one connection to RabbitMQ; one thread uses it.
@safe struct BrokerHandle: ~Copyable {
    private let broker: OpaquePointer

    /// Connects and logs in, and waits for that: some seconds when the broker does not answer.
    ///
    /// - Parameters:
    ///   - configuration: Where RabbitMQ is.
    ///   - prefetch: Deliveries that wait for an acknowledgement; 0 for who publishes.
    /// - Throws: ``BrokerError`` that says why.
    init(_ configuration: RabbitMQConfiguration, prefetch: Int) throws(BrokerError) {
        let password = try configuration.password()
        var reason = [CChar](repeating: 0, count: Int(DOCKET_BROKER_REASON))
        let made = unsafe Self.texts(configuration, password) { options in
            var options = unsafe options
            unsafe options.port = Int32(configuration.port)
            unsafe options.queue_messages = Int32(configuration.queueMaximum)
            unsafe options.queue_milliseconds = configuration.hintLifetime.wholeMilliseconds
            unsafe options.prefetch = UInt16(prefetch)
            unsafe options.heartbeat_seconds = configuration.heartbeat.wholeMilliseconds / 1000
            unsafe options.timeout_milliseconds = configuration.connectTimeout.wholeMilliseconds
            return unsafe docket_broker_open(&options, &reason)
        }
        guard let made = unsafe made else { throw BrokerError(reason: reason) }
        unsafe broker = made
    }

    deinit { unsafe docket_broker_close(broker, false) }

    private static func texts(
        _ configuration: RabbitMQConfiguration,
        _ password: String,
        _ body: (docket_broker_options) -> OpaquePointer?
    ) -> OpaquePointer? {
        unsafe configuration.host.withCString { host in
            unsafe configuration.virtualHost.withCString { virtualHost in
                unsafe configuration.user.withCString { user in
                    unsafe password.withCString { password in
                        unsafe configuration.queue.withCString { queue in
                            var options = unsafe docket_broker_options()
                            unsafe options.host = host
                            unsafe options.virtual_host = virtualHost
                            unsafe options.user = user
                            unsafe options.password = password
                            unsafe options.queue = queue
                            return unsafe body(options)
                        }
                    }
                }
            }
        }
    }

    /// Says farewell, for which the broker has half a second.
    consuming func close() {
        unsafe docket_broker_close(broker, true)
        discard self
    }

    func publish(_ bytes: [UInt8]) throws(BrokerError) {
        var reason = [CChar](repeating: 0, count: Int(DOCKET_BROKER_REASON))
        let isSent = unsafe bytes.withUnsafeBytes { bytes in
            unsafe docket_broker_publish(broker, bytes.baseAddress, bytes.count, &reason)
        }
        if !isSent { throw BrokerError(reason: reason) }
    }

    /// Acknowledges all deliveries up to this number.
    func acknowledge(upTo tag: UInt64) throws(BrokerError) {
        var reason = [CChar](repeating: 0, count: Int(DOCKET_BROKER_REASON))
        guard unsafe docket_broker_acknowledge(broker, tag, &reason) else {
            throw BrokerError(reason: reason)
        }
    }

    /// What has come; nil when nothing has.
    func next() throws(BrokerError) -> BrokerMessage? {
        var reason = [CChar](repeating: 0, count: Int(DOCKET_BROKER_REASON))
        var event = docket_broker_event()
        switch unsafe docket_broker_next(broker, &event, &reason) {
        case DOCKET_BROKER_NOTHING: return nil
        case DOCKET_BROKER_EVENT: return BrokerMessage(event)
        default: throw BrokerError(reason: reason)
        }
    }

    func wait(_ wakeup: WakeupHandle, until deadline: MonotonicTime) {
        wakeup.wait(orOn: unsafe docket_broker_socket(broker), until: deadline)
    }
}

extension BrokerMessage {
    fileprivate init(_ event: docket_broker_event) {
        switch event.kind {
        case DOCKET_BROKER_CONFIRMED:
            self = .confirmed(event.tag, isMultiple: event.multiple, isTaken: true)
        case DOCKET_BROKER_REFUSED:
            self = .confirmed(event.tag, isMultiple: event.multiple, isTaken: false)
        case DOCKET_BROKER_RETURNED: self = .returned
        case DOCKET_BROKER_DELIVERED: self = .delivered(event.tag, event.content)
        case DOCKET_BROKER_BLOCKED: self = .blocked(true)
        default: self = .blocked(false)
        }
    }
}

extension docket_broker_event {
    fileprivate var content: [UInt8]? {
        guard count <= DOCKET_BROKER_MESSAGE else { return nil }
        return unsafe withUnsafeBytes(of: bytes) { unsafe Array($0.prefix(Int(count))) }
    }
}

extension BrokerError {
    fileprivate init(reason: [CChar]) {
        let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        self.init(String(decoding: text, as: UTF8.self))
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int32 { Int32(clamping: wholeNanoseconds / 1_000_000) }
}
