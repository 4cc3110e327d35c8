extension FrameHeader {
    /// What is wrong with the header, judged by itself before a byte after it is stored.
    ///
    /// - Parameter limits: what this side announced to the peer.
    /// - Returns: nil for a frame that may be read or, its type being unknown, is to be skipped.
    package func validate(limits: FrameLimits) -> FrameError? {
        if length > limits.lengthMaximum {
            return .connection(.frameTooLarge, "the frame is longer than allowed")
        }
        if !type.isKnown {
            if type.isIgnorable { return nil }
            return .connection(.protocolError, "unknown frame type")
        }
        return sizeError(limits) ?? flagError() ?? streamError() ?? shapeError(limits)
    }

    private func sizeError(_ limits: FrameLimits) -> FrameError? {
        if metaLength > length {
            return .connection(.protocolError, "metadata is longer than the frame")
        }
        if metaLength > limits.metaMaximum {
            return .connection(.frameTooLarge, "metadata is longer than allowed")
        }
        if rawLength > limits.frameRawMaximum {
            return .connection(.frameTooLarge, "the body is longer than allowed")
        }
        if codec == .identity {
            return bodyLength == rawLength
                ? nil : .connection(.protocolError, "raw_len is not the length of the body")
        }
        if bodyLength == 0 || bodyLength > rawLength {
            return .connection(.protocolError, "a compressed body is empty or larger than raw")
        }
        return nil
    }

    private func flagError() -> FrameError? {
        if !flags.isDisjoint(with: .reserved) {
            return .connection(.protocolError, "a reserved flag is set")
        }
        if !flags.subtracting(.priorityMask).isSubset(of: allowedFlags) {
            return .connection(.protocolError, "a flag is set that the frame type does not have")
        }
        if flags.isSuperset(of: [.more, .endStream]) {
            return .connection(.protocolError, "the stream ends inside a message")
        }
        return nil
    }

    private var allowedFlags: FrameFlags {
        switch type {
        case .call, .data: [.endStream, .more]
        case .status: .endStream
        case .ping: .ack
        default: []
        }
    }

    private func streamError() -> FrameError? {
        if stream == 0 {
            return type.belongsToStream
                ? .connection(.protocolError, "the frame needs a stream") : nil
        }
        if stream & 0x8000_0001 != 1 {
            return .connection(.protocolError, "stream ids are odd and below 2^31")
        }
        if type.belongsToStream || type == .credit { return nil }
        return .connection(.protocolError, "the frame belongs to no stream")
    }

    /// Control frames have a body of one length and no metadata, or metadata and no body.
    private func shapeError(_ limits: FrameLimits) -> FrameError? {
        let isRight =
            switch type {
            case .cancel: metaLength == 0 && hasPlainBody(of: 1)
            case .credit: metaLength == 0 && hasPlainBody(of: 4)
            case .ping: metaLength == 0 && hasPlainBody(of: 8)
            case .hello, .helloAck, .status, .goAway: hasPlainBody(of: 0)
            case .call: metaLength > 0
            case .data:
                metaLength == 0 || (limits.isFromServer && flags.contains(.endStream))
            default: true
            }
        return isRight ? nil : .connection(.protocolError, "the frame has the wrong length")
    }

    private func hasPlainBody(of length: Int) -> Bool {
        codec == .identity && bodyLength == length
    }
}
