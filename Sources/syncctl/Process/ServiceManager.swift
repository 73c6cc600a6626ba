import Glibc

/// Tells systemd how far the program is (sd_notify(3)); silent under any other parent.
enum ServiceManager {
    static func ready() { tell("READY=1") }
    static func stopping() { tell("STOPPING=1") }

    private static func tell(_ message: String) {
        guard let place = getenv("NOTIFY_SOCKET"), place.pointee != 0 else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(String(cString: place).utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A name that begins with @ stands in the abstract namespace (unix(7)).
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = MemoryLayout<sa_family_t>.size + path.count + (path.first == 0 ? 0 : 1)
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, socklen_t(length))
            }
        }
    }
}
