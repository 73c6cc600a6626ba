import FileModel
import NIOCore
import Synchronization

/// What is about to be written to an open file.
public struct WritePlan: Hashable, Sendable {
    /// Where the file is continued; 0 where it was made or emptied by the open.
    public var start: Int64
    /// Its size in the end; nil where nobody knows.
    public var size: Int64?

    public init(start: Int64 = 0, size: Int64?) {
        self.start = start
        self.size = size
    }

    /// From here on a file of known size is worth the further lanes.
    public static let bigFile: Int64 = 16 << 20
    /// The same for one that somebody writes at his own pace, once so much of it has come in one piece.
    static let provenStream: Int64 = 2 << 20
    /// On a shorter line one channel carries what the machines can.
    static let shortestRoundTrip = Duration.milliseconds(5)
}

extension SFTPConnection {
    /// Whether a big file is better written by several channels.
    var isTooNarrow: Bool {
        dialect.hasNarrowChannels && stream.openSibling != nil && roundTrip >= WritePlan.shortestRoundTrip
    }

    /// A file of `size` bytes is about to be written: further channels may be made ready for it.
    public func expectWrite(of size: Int64) {
        if size >= WritePlan.bigFile, isTooNarrow { _ = siblings.use(of: self) }
    }
}

/// Lanes beside the first.
extension SFTPWriter {
    /// Bytes from the start of a file that are always written in order.
    public static let orderedStart = WriteWindow.orderedStart
    /// How many of the last bytes of a file cut short may be there before others.
    public static let span = WriteWindow.span

    /// Whether, and since when, further lanes are made.
    enum Widening {
        case never
        case possible(WritePlan)
        case begun(SFTPSiblingUse)
        case over

        init(_ plan: WritePlan?, on connection: SFTPConnection) {
            guard let plan, connection.isTooNarrow, plan.size ?? .max >= WritePlan.bigFile else {
                self = .never
                return
            }
            self = .possible(plan)
        }
    }

    /// Bytes that were written by the first lane, to know the file by.
    private struct Sample {
        let offset: UInt64
        let bytes: ByteBuffer
        /// The size that the file has at most, but for what is written from now on.
        let size: UInt64

        static let length = 32_768
        var end: UInt64 { offset + UInt64(bytes.readableBytes) }
    }

    /// Makes further lanes when the file has proved, or is known, to be big.
    func widenIfWorthwhile(_ bytes: ByteBuffer, at offset: UInt64) {
        let plan = state.withLock { state -> WritePlan? in
            guard case .possible(let plan) = state.widening, !state.window.isClosed else { return nil }
            let written = Int64(state.window.frontier) - plan.start
            guard plan.size != nil || written >= WritePlan.provenStream,
                offset + UInt64(bytes.readableBytes) == state.window.frontier
            else { return nil }
            return plan
        }
        guard let plan else { return }
        let (openings, use) = connection.siblings.use(of: connection)
        let isFirst = state.withLock { state in
            guard case .possible = state.widening else { return false }
            state.widening = .begun(use)
            return true
        }
        guard isFirst else { return }
        let sample = Sample(
            offset: offset,
            bytes: bytes.getSlice(at: bytes.readerIndex, length: min(Sample.length, bytes.readableBytes))
                ?? bytes, size: UInt64(max(0, plan.size ?? 0)))
        for opening in openings {
            Task { [weak self] in
                guard let sibling = await opening.value else { return }
                await self?.addLane(on: sibling, sample)
            }
        }
    }

    /// The name is opened anew, and may have come to mean another file: what it holds has to be what was written.
    private func addLane(on sibling: SFTPConnection, _ sample: Sample) async {
        guard mayWiden, let handle = try? await sibling.open(path, [.read, .write]) else { return }
        guard (try? await waitFor({ $0.window.isAcknowledged(upTo: sample.end) ? () : nil })) != nil,
            await isSameFile(handle, on: sibling, sample), addLane(Lane(connection: sibling, handle: handle))
        else { return sibling.closeLater(handle) }
    }

    private var mayWiden: Bool {
        state.withLock { state in
            if case .begun = state.widening { state.window.failure == nil } else { false }
        }
    }

    private func isSameFile(_ handle: SFTPHandle, on sibling: SFTPConnection, _ sample: Sample) async -> Bool {
        let length = UInt32(sample.bytes.readableBytes)
        let answers = await sibling.session.perform([
            .fstat(handle), .read(handle, offset: sample.offset, length: length),
        ])
        guard case .success(.attributes(let found)) = answers[0], case .success(.data(let bytes)) = answers[1],
            let size = found.size
        else { return false }
        let largest = max(sample.size, state.withLock { $0.window.frontier })
        return bytes == sample.bytes && (sample.end...largest).contains(size)
    }

    private func addLane(_ lane: Lane) -> Bool {
        state.withLock { state in
            guard case .begun = state.widening, state.window.failure == nil, !state.window.isClosed else {
                return false
            }
            _ = state.window.addLane()
            state.lanes.append(lane)
            return true
        }
    }

    /// Sends CLOSE behind the writes of all lanes but the first; none is added any more.
    ///
    /// - Returns: whether there were any.
    @discardableResult
    func closeFurtherLanes() -> Bool {
        let closes = state.withLock { state -> [(WriteWindow.Flight, SFTPHandle)] in
            guard case .begun = state.widening else {
                state.widening = .over
                return []
            }
            state.widening = .over
            return state.lanes.indices.dropFirst().map { (state.window.add(to: $0), state.lanes[$0].handle) }
        }
        for (flight, handle) in closes { send(.close(handle), flight) }
        return !closes.isEmpty
    }

    /// From now on the bytes reach the server in their order.
    public func keepOrder() {
        state.withLock { state in
            if case .possible = state.widening { state.widening = .never }
        }
    }
}
