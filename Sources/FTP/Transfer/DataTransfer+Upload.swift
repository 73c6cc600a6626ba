import FileModel
import NIOCore

extension DataTransfer {
    /// The server has agreed, and the data connection stands.
    func becomeReady() {
        isReadyForData = true
        if machine.command == .sent, !machine.isEager, let ticket { control.assumeUnderWay(ticket) }
        stall.progressed()
        tellStarted(.success(()))
        pump()
    }

    /// Sends bytes in their turn; `done` is called when there is room for more, or with what ended the transfer.
    func write(_ bytes: ByteBuffer, done: @escaping (Result<Void, StorageError>) -> Void) {
        if let result {
            return done(.failure(Self.prematureEnd(result)))
        }
        writers.append((bytes, done))
        pump()
    }

    /// Ends the upload once all bytes are out; the verdict comes by `whenOver`.
    func finishUpload() {
        isFinishing = true
        pump()
    }

    private func pump() {
        guard isReadyForData, !isOver, let channel else { return }
        while unsentBytes < Self.window, let next = writers.popFirst() {
            send(next.bytes, on: channel)
            next.done(.success(()))
        }
        if isFinishing && writers.isEmpty && unsentBytes == 0 { run(machine.uploadFinished()) }
    }

    private func send(_ bytes: ByteBuffer, on channel: any Channel) {
        let count = bytes.readableBytes
        if unsentBytes == 0 { stall.progressed() }
        unsentBytes += count
        let bound = NIOLoopBound(self, eventLoop: loop)
        channel.writeAndFlush(bytes).whenComplete { result in
            let transfer = bound.value
            transfer.unsentBytes -= count
            transfer.stall.progressed()
            if case .failure(let error) = result { transfer.sendingFailed(error) }
            transfer.pump()
        }
    }

    private func sendingFailed(_ error: any Error) {
        let error = error as? StorageError ?? StorageError(.connectionLost, "the data connection broke: \(error)")
        run(machine.dataFailed(error))
    }

    private static func prematureEnd(_ result: Result<Reply, StorageError>) -> StorageError {
        switch result {
        case .success(let reply):
            StorageError(.corrupted, "the server ended the upload before it was complete: \(reply)")
        case .failure(let error): error
        }
    }
}
