import FileModel
import NIOCore

/// Further channels of the session.
extension SSHHandler {
    /// Asks for one more channel with an SFTP subsystem.
    func openSibling(on loop: any EventLoop) -> SSHSibling {
        let sibling = SSHSibling(on: loop)
        guard case .open = phase, let context else {
            sibling.stage = .ended
            sibling.lose(StorageError(.connectionLost, "the connection was lost"))
            return sibling
        }
        siblings.append(sibling)
        pump(context)
        return sibling
    }

    /// Nobody needs it any more.
    func closeSibling(_ sibling: SSHSibling) {
        sibling.isUnwanted = true
        sibling.lose(nil)
        if let context { pump(context) }
    }

    func pumpSiblings() {
        if let context { pump(context) }
    }

    func loseSiblings(_ error: StorageError?) {
        let lost = siblings
        siblings = []
        for sibling in lost {
            sibling.stage = .ended
            sibling.lose(error)
        }
    }

    /// - Returns: bytes handed over.
    func sendSiblings() throws(StorageError) -> Int {
        var moved = 0
        for sibling in siblings {
            guard let channel = sibling.writable else { continue }
            moved +=
                try attempt(sibling, channel) { () throws(StorageError) in
                    try sibling.outgoing.move(to: channel)
                } ?? 0
        }
        return moved
    }

    /// Brings each on its way as far as the bytes at hand allow, and delivers what came for it.
    ///
    /// - Returns: bytes delivered, and steps taken.
    func advanceSiblings(
        _ session: SSHSession, _ allocator: ByteBufferAllocator
    ) throws(StorageError) -> Int {
        var moved = 0
        for sibling in siblings { moved += try advance(sibling, session, allocator) }
        siblings.removeAll(where: \.hasEnded)
        return moved
    }

    private func advance(
        _ sibling: SSHSibling, _ session: SSHSession, _ allocator: ByteBufferAllocator
    ) throws(StorageError) -> Int {
        switch sibling.stage {
        case .waiting, .opening:
            return try open(sibling, session) ? 1 : 0
        case .starting(let channel):
            let hasStarted = try attempt(sibling, channel) { () throws(StorageError) in
                try channel.startSubsystem("sftp")
            }
            let isNew = hasStarted != nil && present(sibling)
            guard hasStarted == true else { return isNew ? 1 : 0 }
            sibling.stage = .open(channel)
            return 1
        case .open(let channel):
            return try deliver(sibling, channel, allocator)
        case .closing(let channel):
            if channel.close() { sibling.stage = .ended }
            return 0
        case .ended:
            return 0
        }
    }

    /// - Returns: whether it has a channel now.
    private func open(_ sibling: SSHSibling, _ session: SSHSession) throws(StorageError) -> Bool {
        if sibling.isWaiting {
            if sibling.isUnwanted {
                sibling.stage = .ended
                return false
            }
            guard !siblings.contains(where: \.isOpening) else { return false }
            sibling.stage = .opening
        }
        do throws(StorageError) {
            guard let channel = try session.openChannel(window: Self.siblingWindow) else { return false }
            sibling.stage = sibling.isUnwanted ? .closing(channel) : .starting(channel)
            return true
        } catch {
            guard session.hasOnlyLostChannel else { throw error }
            sibling.stage = .ended
            sibling.lose(error)
            return false
        }
    }

    /// Bytes that the server may send ahead of us.
    private static let siblingWindow: UInt32 = 2 << 20

    /// - Returns: false when its user has it, or needs it no more.
    private func present(_ sibling: SSHSibling) -> Bool {
        guard !sibling.isUnwanted, sibling.channel == nil, let context else { return false }
        let channel = SSHSiblingChannel(of: self, sibling, parent: context.channel)
        sibling.channel = channel
        channel.activate()
        sibling.ready.succeed(channel)
        return true
    }

    private func deliver(
        _ sibling: SSHSibling, _ channel: SSHChannel, _ allocator: ByteBufferAllocator
    ) throws(StorageError) -> Int {
        var moved = 0
        while !sibling.isUnwanted,
            let bytes = try attempt(
                sibling, channel, { () throws(StorageError) in try read(channel, allocator) }) ?? nil
        {
            moved += bytes.readableBytes
            sibling.channel?.received(bytes)
        }
        if channel.isAtEnd, !sibling.isUnwanted {
            sibling.lose(StorageError(.connectionLost, "the server ended the SFTP session"))
            sibling.isUnwanted = true
        }
        if sibling.isUnwanted, case .open = sibling.stage {
            sibling.stage = .closing(channel)
            moved += 1
        }
        return moved
    }

    /// A fault of the channel alone is told to its user; others throw.
    private func attempt<Value>(
        _ sibling: SSHSibling, _ channel: SSHChannel, _ body: () throws(StorageError) -> Value
    ) throws(StorageError) -> Value? {
        do throws(StorageError) {
            return try body()
        } catch {
            guard channel.session.hasOnlyLostChannel else { throw error }
            sibling.isUnwanted = true
            sibling.stage = .closing(channel)
            sibling.lose(error)
            return nil
        }
    }
}
