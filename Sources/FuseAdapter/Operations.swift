import CFuse3

/// The callbacks of libfuse's low-level API (fuse_lowlevel.h). Each copies its arguments and starts the work.
///
/// What is not set here libfuse answers ENOSYS, which the kernel remembers: it then locks, seeks and allocates by
/// itself, and treats the mount as one without extended attributes.
enum Operations {
    static func makeTable() -> fuse_lowlevel_ops {
        var table = fuse_lowlevel_ops()
        setConnection(&table)
        setLookup(&table)
        setAttributes(&table)
        setDirectories(&table)
        setFiles(&table)
        setNames(&table)
        return table
    }

    private static func setConnection(_ table: inout fuse_lowlevel_ops) {
        table.`init` = { userData, connection in
            guard let userData, let connection else { return }
            Operations.negotiate(&connection.pointee)
            Unmanaged<Dispatcher>.fromOpaque(userData).takeUnretainedValue().initialised.fire()
        }
    }

    /// Agrees with the kernel on what it may send (FUSE_INIT).
    private static func negotiate(_ connection: inout fuse_conn_info) {
        connection.max_read = UInt32(MountOptions.maximumTransfer)
        connection.max_write = UInt32(MountOptions.maximumTransfer)
        connection.max_background = 64
        connection.congestion_threshold = 48
        connection.time_gran = 1
        let wanted: [CInt] = [
            FUSE_CAP_ASYNC_READ, FUSE_CAP_ASYNC_DIO, FUSE_CAP_ATOMIC_O_TRUNC, FUSE_CAP_PARALLEL_DIROPS,
            FUSE_CAP_AUTO_INVAL_DATA, FUSE_CAP_HANDLE_KILLPRIV, FUSE_CAP_READDIRPLUS,
        ]
        // A listing carries attributes anyway; the page cache writes through, so that close tells the truth.
        let unwanted: [CInt] = [FUSE_CAP_READDIRPLUS_AUTO, FUSE_CAP_WRITEBACK_CACHE]
        for capability in wanted { connection.want |= UInt32(capability) & connection.capable }
        for capability in unwanted { connection.want &= ~UInt32(capability) }
    }
}
