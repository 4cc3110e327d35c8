package import DocketSystem

/// One upload or delete on its way into a group.
package final class WriteCall: Sendable {
    package enum Request: Sendable {
        case upload(UploadBatch)
        case delete(DeleteBatch)
    }

    /// What the caller does next.
    package enum Turn: Sendable {
        /// Write the group that this call is the first of.
        case lead
        /// Nothing: it was written with another's group.
        case done
    }

    package let request: Request
    /// Bytes of its documents, roughly.
    package let bytes: Int
    /// Documents that it writes or deletes.
    package let documents: Int
    package let turn = OneShot<Turn>()
    package let result = OneShot<WriteResult>()

    package init(_ request: Request) {
        self.request = request
        switch request {
        case .upload(let batch):
            documents = batch.documents.count
            bytes = batch.documents.reduce(0) { $0 + $1.bytes + $1.id.utf8.count + 64 }
        case .delete(let batch):
            documents = batch.ids.count
            bytes = batch.ids.reduce(0) { $0 + $1.utf8.count + 64 }
        }
    }

    /// The error of a call that left before anything was done.
    package static func withdrawn(_ work: WorkLimit) -> DocketError {
        var error = ending(work)
        error.isNotProcessed = true
        return error
    }

    /// The error of a call whose group was being written when its caller left.
    package static func abandoned(_ work: WorkLimit) -> DocketError {
        var error = ending(work)
        error.message += "; the write may have been done"
        return error
    }

    private static func ending(_ work: WorkLimit) -> DocketError {
        work.ending(at: MonotonicTime.now().nanoseconds)
            ?? DocketError(.cancelled, "the caller gave up")
    }

    package func settle(_ result: Result<WriteResult, DocketError>) {
        self.result.settle(result.mapError { $0 })
        turn.succeed(.done)
    }
}
