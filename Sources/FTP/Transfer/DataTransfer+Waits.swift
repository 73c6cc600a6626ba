import FileModel
import NIOCore

/// The waits that `TransferMachine` asks for, and their ends.
extension DataTransfer {
    func startWait(_ wait: TransferMachine.Wait) {
        expiry?.cancel()
        expiry = nil
        let limit: Duration
        switch wait {
        case .dataEnd:
            // As long as bytes arrive, however slowly they are taken, the stall clock watches.
            stall.isAfterReply = true
            return
        case .agreement: limit = limits.agreement
        case .peerClose: limit = limits.command
        case .verdict: limit = machine.direction == .upload ? limits.verdict : limits.command
        case .abort:
            limit = limits.abort
            if let ticket { control.brokenOff(ticket) }
        }
        expire(wait, in: limit, of: limit)
    }

    /// - Parameters:
    ///   - delay: until the next look.
    ///   - limit: from the server's last sign of life on.
    private func expire(_ wait: TransferMachine.Wait, in delay: Duration, of limit: Duration) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        expiry = loop.scheduleTask(in: TimeAmount(delay)) { bound.value.waitIsOver(wait, limit) }
    }

    /// On a slow line the last bytes are still on their way when the wait for the verdict begins.
    private func waitIsOver(_ wait: TransferMachine.Wait, _ limit: Duration) {
        guard wait == .verdict, machine.direction == .upload, let channel else {
            return run(machine.waitExpired(wait))
        }
        let bound = NIOLoopBound(self, eventLoop: loop)
        UnacknowledgedBytes.sinceLastSign(of: channel).whenComplete { result in
            let transfer = bound.value
            if case .success(let silence?) = result, silence < limit {
                transfer.expire(wait, in: limit - silence, of: limit)
            } else {
                transfer.run(transfer.machine.waitExpired(wait))
            }
        }
    }
}
