import Definitions
import FuseAdapter
import Glibc
import VirtualFileSystem

extension VolumeSettings {
    /// - Parameters:
    ///   - spool: the folder for spool files; exists.
    ///   - rescue: the folder for what could not be uploaded; exists.
    init(_ definition: MountDefinition, spool: String, rescue: String) {
        self.init()
        let mount = definition.mount
        isReadOnly = mount.readOnly
        if case .id(let id) = mount.user { user = id }
        if case .id(let id) = mount.group { group = id }
        umask = mount.umask
        attributeTimeout = mount.attributeTimeout
        directoryTimeout = mount.directoryTimeout
        negativeTimeout = mount.negativeTimeout
        readAhead = mount.readAhead
        writeBehind = mount.writeBehind
        spoolLimit = mount.spoolLimit
        spoolDirectory = spool
        containsLinks = mount.containSymlinks
        if case .absolute(let folder) = definition.folder { serverFolder = folder }
        self.rescue = RescueSettings(
            folder: rescue, definition: definition.name, remoteFolder: definition.folder.description)
        timeout = definition.remote.timeout
        connectTimeout = definition.remote.connectTimeout + definition.remote.timeout * 4
    }
}

extension MountOptions {
    init(_ definition: MountDefinition, mountpoint: String) {
        self.init(mountpoint: mountpoint)
        allowOther = definition.mount.allowOther
        defaultPermissions = definition.mount.defaultPermissions
        allowNonEmpty = definition.mount.allowNonEmpty
        let path = definition.folder.description
        fileSystemName = definition.remote.identity + (path.hasPrefix("/") ? path : "/" + path)
    }
}
