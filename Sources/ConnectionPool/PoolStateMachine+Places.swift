/// Which connection may serve which line of waiters: the streams set aside for metadata, and the limits by direction.
///
/// The limits count *streams of bytes*, which is connections that carry transfers of that direction: with FTP that is
/// files; with SFTP the files that share a connection are one stream.
extension PoolStateMachine {
    // MARK: - Room

    /// Streams that long leases may hold together: some sessions stay free for metadata, and where there
    /// is one session of several streams, one stream.
    var longLimit: Int {
        let streams = configuration.streamsPerConnection
        let sessions = min(configuration.maximumConnections, limit.maximum ?? .max)
        guard sessions > 1 else { return max(1, streams - configuration.reservedForMetadata) }
        return max(1, sessions - configuration.reservedForMetadata) * streams
    }

    /// What `longLimit` leaves, with requests counted for which a connection is being made.
    var longRoom: Int {
        max(0, longLimit - longLeases - claims.values.lazy.filter(\.priority.isLong).count)
    }

    /// Connections that carry a direction, or are being made for it.
    func carriers(of direction: TransferDirection) -> Int {
        connections.count { ($0.open?.transfers[direction] ?? 0) > 0 }
            + claims.values.lazy.filter { $0.direction == direction }.count
    }

    /// Connections that may begin to carry a direction.
    func spareCarriers(of direction: TransferDirection) -> Int {
        max(0, configuration.maximumCarriers(of: direction) - carriers(of: direction))
    }

    /// Leases that the limit of a direction allows beside those held.
    private func room(for line: WaiterQueue.Line) -> Int {
        guard case .transfer(let direction?) = line else { return .max }
        let streams = configuration.streamsPerConnection
        let carrying = connections.reduce(0) { sum, record in
            guard let open = record.open, open.transfers[direction] > 0 else { return sum }
            return sum + open.freeStreams(of: streams)
        }
        return carrying + min(spareCarriers(of: direction), configuration.maximumConnections) * streams
    }

    /// Waiters that the limits allow to be served.
    var eligibleWaiters: Int {
        let transfers = WaiterQueue.Line.transfers.reduce(0) { $0 + min(waiters.count($1), room(for: $1)) }
        return waiters.metadataCount + min(transfers, longRoom)
    }

    /// Directions that are waited for and have no room of their own: only an end of the same direction helps.
    var fullDirections: Set<TransferDirection> {
        Set(TransferDirection.allCases.filter { waiters.count(.transfer($0)) > 0 && room(for: .transfer($0)) == 0 })
    }

    // MARK: - Places

    /// The connection for the next waiter of each line that has one.
    var places: WaiterQueue.PerLine<Int?> {
        var places = WaiterQueue.PerLine<Int?>(nil)
        guard let free = freeConnection([]) else { return places }
        places[.metadata] = free
        guard longRoom > 0 else { return places }
        for line in WaiterQueue.Line.transfers {
            guard case .transfer(let direction) = line else { continue }
            places[line] = place(for: direction, apartFrom: [])
        }
        return places
    }

    /// The oldest connection with a free stream on which a transfer may run.
    func place(for direction: TransferDirection?, apartFrom: Set<ConnectionID>) -> Int? {
        guard let direction, spareCarriers(of: direction) == 0 else { return freeConnection(apartFrom) }
        return freeConnection(apartFrom) { $0.transfers[direction] > 0 }
    }

    /// The oldest connection with a free stream, so that one is filled before the next.
    func freeConnection(
        _ apartFrom: Set<ConnectionID>, where isWanted: (OpenConnection) -> Bool = { _ in true }
    ) -> Int? {
        connections.firstIndex { record in
            guard let open = record.open, !apartFrom.contains(record.id) else { return false }
            return open.freeStreams(of: configuration.streamsPerConnection) > 0 && isWanted(open)
        }
    }

    /// Whether a request that does not wait may have a stream.
    ///
    /// An upload at an application's own pace (`.stream`) may sit on its session for ever and cannot give it back, so it
    /// leaves one to those whose bytes are at hand.
    func isAllowed(_ claim: Claim) -> Bool {
        guard claim.priority != .metadata else { return true }
        let left = claim.priority == .stream && claim.direction == .upload ? 1 : 0
        guard longRoom > left else { return false }
        guard left > 0, configuration.streamsPerConnection == 1 else { return true }
        return spareCarriers(of: .upload) > left
    }
}
