internal import CDocketMessages
package import DocketCore
internal import DocketSystem

extension HealthRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__HealthRequest> {
        unsafe docket__v1__health_request__init
    }

    static func read(_ fields: Docket__V1__HealthRequest) throws(DocketError) -> HealthRequest {
        HealthRequest()
    }

    func write(to fields: inout Docket__V1__HealthRequest, _ arena: WritingArena) {}
}

extension HealthReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__HealthReply> {
        unsafe docket__v1__health_reply__init
    }

    static func read(_ fields: Docket__V1__HealthReply) throws(DocketError) -> HealthReply {
        try unsafe HealthReply(
            roles: texts(fields.roles, fields.n_roles),
            parts: list(fields.parts, fields.n_parts),
            backlog: message(fields.backlog)
        )
    }

    func write(to fields: inout Docket__V1__HealthReply, _ arena: WritingArena) {
        unsafe (fields.n_roles, fields.roles) = arena.texts(roles)
        unsafe (fields.n_parts, fields.parts) = arena.list(parts)
        if let backlog { unsafe fields.backlog = arena.message(backlog) }
    }
}

extension PartHealth: ContractMessage {
    static var initialise: Initialise<Docket__V1__PartHealth> {
        unsafe docket__v1__part_health__init
    }

    static func read(_ fields: Docket__V1__PartHealth) throws(DocketError) -> PartHealth {
        // A state of a later version is one that this one cannot tell.
        let state = HealthState(rawValue: UInt8(clamping: fields.state.rawValue)) ?? .unknown
        return unsafe PartHealth(
            part: text(fields.part),
            address: text(fields.address),
            state: state,
            sinceMicroseconds: fields.since_us,
            lastError: text(fields.last_error),
            lastErrorMicroseconds: fields.last_error_us
        )
    }

    func write(to fields: inout Docket__V1__PartHealth, _ arena: WritingArena) {
        unsafe fields.part = arena.text(part)
        unsafe fields.address = arena.text(address)
        fields.state = Docket__V1__HealthState(UInt32(state.rawValue))
        fields.since_us = sinceMicroseconds
        unsafe fields.last_error = arena.text(lastError)
        fields.last_error_us = lastErrorMicroseconds
    }
}

extension Backlog: ContractMessage {
    static var initialise: Initialise<Docket__V1__Backlog> { unsafe docket__v1__backlog__init }

    static func read(_ fields: Docket__V1__Backlog) throws(DocketError) -> Backlog {
        Backlog(
            documents: Int(clamping: fields.documents),
            oldest: .milliseconds(Int64(clamping: fields.oldest_ms))
        )
    }

    func write(to fields: inout Docket__V1__Backlog, _ arena: WritingArena) {
        fields.documents = UInt64(clamping: documents)
        fields.oldest_ms = UInt64(clamping: oldest.wholeNanoseconds / 1_000_000)
    }
}

extension SetHoldRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__SetHoldRequest> {
        unsafe docket__v1__set_hold_request__init
    }

    static func read(_ fields: Docket__V1__SetHoldRequest) throws(DocketError) -> SetHoldRequest {
        unsafe SetHoldRequest(isHeld: fields.held != 0, reason: text(fields.reason))
    }

    func write(to fields: inout Docket__V1__SetHoldRequest, _ arena: WritingArena) {
        fields.held = isHeld ? 1 : 0
        unsafe fields.reason = arena.text(reason)
    }
}

extension SetHoldReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__SetHoldReply> {
        unsafe docket__v1__set_hold_reply__init
    }

    static func read(_ fields: Docket__V1__SetHoldReply) throws(DocketError) -> SetHoldReply {
        try unsafe SetHoldReply(hold: message(fields.hold))
    }

    func write(to fields: inout Docket__V1__SetHoldReply, _ arena: WritingArena) {
        if let hold { unsafe fields.hold = arena.message(hold) }
    }
}

extension IndexingHold: ContractMessage {
    static var initialise: Initialise<Docket__V1__IndexingHold> {
        unsafe docket__v1__indexing_hold__init
    }

    static func read(_ fields: Docket__V1__IndexingHold) throws(DocketError) -> IndexingHold {
        unsafe IndexingHold(sinceMicroseconds: fields.since_us, reason: text(fields.reason))
    }

    func write(to fields: inout Docket__V1__IndexingHold, _ arena: WritingArena) {
        fields.since_us = sinceMicroseconds
        unsafe fields.reason = arena.text(reason)
    }
}
