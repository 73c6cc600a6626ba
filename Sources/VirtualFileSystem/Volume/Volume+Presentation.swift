import FileModel

extension Volume {
    /// What stat(2) shows of a snapshot.
    func present(_ snapshot: InodeSnapshot) -> NodeAttributes {
        let attributes = snapshot.file?.overlay(snapshot.attributes) ?? snapshot.attributes
        return NodeAttributes(
            inode: snapshot.number, type: attributes.type, permissions: permissions(attributes),
            size: attributes.size, user: settings.user, group: settings.group,
            linkCount: attributes.isDirectory ? max(2, snapshot.linkCount) : snapshot.linkCount,
            modified: attributes.modified?.time ?? started, preferredBlock: preferredBlock(attributes),
            validity: validity(until: snapshot.expires))
    }

    func entry(_ snapshot: InodeSnapshot) -> Entry {
        Entry(attributes: present(snapshot), validity: validity(until: snapshot.named))
    }

    func validity(until expires: ContinuousClock.Instant) -> Duration {
        max(.zero, expires - inodes.now())
    }

    /// Whoever looks at an empty file is about to fill it, and the kernel hands each piece over by itself. Where there is
    /// something to read, stdio(3) would fetch as much for a single line.
    private func preferredBlock(_ attributes: FileAttributes) -> Int {
        guard attributes.type == .regular, attributes.size == 0 else { return 128 << 10 }
        // A stream has each piece in memory once more, and TLS yet again.
        return capabilities.randomWrite ? 1 << 20 : 512 << 10
    }

    private func permissions(_ attributes: FileAttributes) -> UInt16 {
        if let told = attributes.permissions { return told & 0o7777 }
        switch attributes.type {
        case .directory: return 0o777 & ~settings.umask
        case .symbolicLink: return 0o777
        case .regular, .special: return 0o666 & ~settings.umask
        }
    }
}
