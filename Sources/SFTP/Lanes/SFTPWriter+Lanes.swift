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
    /// On a shorter line one channel carries what the connection can.
    static let shortestRoundTrip = Duration.milliseconds(5)
    /// Bytes still to come; from here on a second connection is worth its login.
    static let sharedFile: Int64 = 64 << 20
    /// The same for a file of unknown size, once so much of it has come in one piece.
    static let provenFile: Int64 = 16 << 20

    /// Bytes from `start` on; as good as endless where nobody knows.
    var remaining: Int64 { (size ?? .max) - start }
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
        case possible(WritePlan, Means)
        /// The siblings are kept as long as they may be used.
        case begun(SFTPSiblingUse?)
        case over

        /// What bounds one lane, and so what a further one has to have of its own.
        enum Means {
            case channels
            case connection(SFTPLoan.Borrowing)
        }

        init(_ plan: WritePlan?, on connection: SFTPConnection, borrow: SFTPLoan.Borrowing?) {
            guard let plan, let means = Self.means(plan, on: connection, borrow) else {
                self = .never
                return
            }
            self = .possible(plan, means)
        }

        private static func means(
            _ plan: WritePlan, on connection: SFTPConnection, _ borrow: SFTPLoan.Borrowing?
        ) -> Means? {
            if connection.isTooNarrow { return plan.size ?? .max >= WritePlan.bigFile ? .channels : nil }
            // Several lanes leave gaps in a file cut short, which is said of these servers only.
            guard connection.dialect.hasNarrowChannels, connection.roundTrip < WritePlan.shortestRoundTrip,
                plan.remaining >= WritePlan.sharedFile
            else { return nil }
            return borrow.map(Means.connection)
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
        let end = offset + UInt64(bytes.readableBytes)
        guard let (plan, means) = state.withLock({ $0.dueWidening(after: end) }) else { return }
        let sample = Sample(
            offset: offset,
            bytes: bytes.getSlice(at: bytes.readerIndex, length: min(Sample.length, bytes.readableBytes))
                ?? bytes, size: UInt64(max(0, plan.size ?? 0)))
        switch means {
        case .channels: addChannels(sample)
        case .connection(let borrow):
            guard beginWidening(nil) else { return }
            Task { [weak self] in
                guard let loan = await borrow() else { return }
                guard let self else { return loan.end() }
                await addLane(on: loan.connection, sample, loan)
            }
        }
    }

    private func addChannels(_ sample: Sample) {
        let (openings, use) = connection.siblings.use(of: connection)
        guard beginWidening(use) else { return }
        for opening in openings {
            Task { [weak self] in
                guard let sibling = await opening.value else { return }
                await self?.addLane(on: sibling, sample)
            }
        }
    }

    /// - Returns: false when another call has begun it.
    private func beginWidening(_ use: SFTPSiblingUse?) -> Bool {
        state.withLock { state in
            guard case .possible = state.widening else { return false }
            state.widening = .begun(use)
            return true
        }
    }

    /// The name is opened anew, and may have come to mean another file: what it holds has to be what was written.
    private func addLane(on further: SFTPConnection, _ sample: Sample, _ loan: SFTPLoan? = nil) async {
        guard mayWiden, let handle = try? await further.open(path, [.read, .write]) else {
            loan?.end()
            return
        }
        guard (try? await waitFor({ $0.window.isAcknowledged(upTo: sample.end) ? () : nil })) != nil,
            await isSameFile(handle, on: further, sample),
            addLane(Lane(connection: further, handle: handle, loan: loan))
        else {
            further.closeLater(handle)
            loan?.end()
            return
        }
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
        let number = state.withLock { state -> Int? in
            guard case .begun = state.widening, state.window.failure == nil, !state.window.isClosed else {
                return nil
            }
            state.lanes.append(lane)
            return state.window.addLane()
        }
        guard let number else { return false }
        lane.loan?.onPressure { [weak self] in self?.retire(number) ?? false }
        return true
    }

    /// Sends CLOSE behind the writes of all lanes but the first; none is added any more.
    ///
    /// - Returns: whether there were any.
    @discardableResult
    func closeFurtherLanes() -> Bool {
        let (closes, wasWide) = state.withLock { state in
            defer { state.widening = .over }
            guard case .begun = state.widening else { return ([LaneEnd](), false) }
            return (state.lanes.indices.dropFirst().compactMap { state.close($0) }, true)
        }
        for close in closes { perform(close) }
        return wasWide
    }

    /// From now on the bytes reach the server in their order.
    public func keepOrder() {
        state.withLock { state in
            if case .possible = state.widening { state.widening = .never }
        }
    }
}
