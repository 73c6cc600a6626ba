// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same strictness.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let tomlKit = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

/// A room of the house: `Sources/<name>`, importing only what is listed (downward, see docs/architecture.md).
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one room, in `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict)
}

/// A C library of the system behind a module map and a shim header.
func wall(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "remora",
    products: [.executable(name: "syncctl", targets: ["syncctl"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // C walls
        wall("CFuse3", pkgConfig: "fuse3", apt: "libfuse3-dev"),
        wall("CSSH2", pkgConfig: "libssh2", apt: "libssh2-1-dev"),
        wall("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
        wall("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        wall("CProviders", pkgConfig: "libcrypto", apt: "libssl-dev"),
        wall("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        .target(name: "CLinux"),

        // The ground floor
        room("FileModel", []),
        room("SQLite", ["FileModel", "CSQLite"]),
        room("Checksums", ["FileModel", "CCrypto"]),

        // Protocols
        room("Transport", ["FileModel", nioCore, nioPosix]),
        room("TLS", ["FileModel", "COpenSSL", nioCore]),
        room("SSH", ["FileModel", "Transport", "CSSH2", "CProviders", "CLinux", nioCore, nioPosix]),
        room("SFTP", ["FileModel", "SSH", "Transport", nioCore, collections]),
        room("FTP", ["FileModel", "Transport", "TLS", "CLinux", nioCore, nioPosix, collections]),

        // The contract and what implements it
        room("ConnectionPool", ["FileModel", collections]),
        room("RemoteFileSystem", ["FileModel", "Checksums", nioCore]),
        room(
            "Remotes",
            [
                "FileModel", "RemoteFileSystem", "ConnectionPool", "FTP", "SFTP", "SSH", "TLS", "Transport", "CLinux",
                nioCore, collections, logging,
            ]),

        // The mount
        room("VirtualFileSystem", ["FileModel", "RemoteFileSystem", "CLinux", nioCore, collections, logging]),
        room("FuseAdapter", ["FileModel", "VirtualFileSystem", "CFuse3", "CLinux", nioCore, nioPosix, logging]),

        // Synchronisation
        room("SyncCore", ["FileModel"]),
        room(
            "SyncEngine",
            [
                "FileModel", "SyncCore", "RemoteFileSystem", "Checksums", "SQLite", "CLinux", nioCore, collections,
                logging,
            ]),

        // The program
        room("Definitions", ["FileModel", "CLinux", tomlKit]),
        room(
            "Service",
            [
                "FileModel", "Definitions", "RemoteFileSystem", "Remotes", "VirtualFileSystem", "FuseAdapter",
                "SyncEngine", "SyncCore", "SQLite", "CLinux", "ConnectionPool", "FTP", "SFTP", "SSH", "TLS",
                "Transport",
                logging,
            ]),
        .executableTarget(
            name: "syncctl",
            dependencies: [
                "FileModel", "Definitions", "Service", "Remotes", "RemoteFileSystem", "VirtualFileSystem",
                "FuseAdapter", "SyncEngine", "SyncCore", "CLinux", "Checksums", arguments, logging,
            ],
            swiftSettings: strict),

        // Libraries for tests
        room("SeededRandom", []),
        room("TestServers", ["FileModel", "CLinux"]),
        room("FaultInjection", ["FileModel", nioCore, nioPosix]),
        room("ConformanceTests", ["FileModel", "RemoteFileSystem", "Checksums", nioCore]),

        // Measurements against other programs (docs/benchmarks.md)
        .executableTarget(
            name: "bench", dependencies: ["TestServers", "FaultInjection", "CLinux", nioPosix, arguments],
            swiftSettings: strict),

        // Tests, room by room
        tests("FileModel", ["SeededRandom"]),
        tests("SQLite", ["FileModel"]),
        tests("Checksums", ["FileModel"]),
        tests("Transport", ["FileModel", nioCore, nioPosix]),
        tests("TLS", ["SeededRandom", "FileModel", "TestServers", nioCore, nioEmbedded]),
        tests("SSH", ["SeededRandom", "FileModel", "Transport", "TestServers", "CProviders", nioCore, nioPosix]),
        tests(
            "SFTP",
            [
                "SeededRandom", "FileModel", "SSH", "Transport", "TestServers", "FaultInjection", nioCore, nioPosix,
            ]),
        tests(
            "FTP",
            [
                "SeededRandom", "FileModel", "TLS", "Transport", "TestServers", "FaultInjection", nioCore, nioPosix,
                nioEmbedded,
            ]),
        tests("ConnectionPool", ["SeededRandom", "FileModel"]),
        tests("RemoteFileSystem", ["FileModel", "ConformanceTests", nioCore]),
        tests(
            "Remotes",
            [
                "FileModel", "RemoteFileSystem", "ConformanceTests", "ConnectionPool", "TestServers", "FaultInjection",
                "FTP", "SFTP", "SSH", "TLS", "Transport", nioCore,
            ]),
        tests("TestServers"),
        tests("FaultInjection", ["TestServers", nioCore, nioPosix]),
        tests("bench"),
        tests("VirtualFileSystem", ["SeededRandom", "FileModel", "RemoteFileSystem", nioCore]),
        tests("SyncCore", ["SeededRandom", "FileModel"]),
        tests(
            "SyncEngine", ["SeededRandom", "FileModel", "SyncCore", "RemoteFileSystem", "ConformanceTests", nioCore]),
        tests("Definitions", ["SeededRandom", "FileModel"]),
        tests("Service", ["SeededRandom", "FileModel", "Definitions", "FTP", "SyncEngine", "SyncCore"]),
        tests("syncctl", ["FileModel", "Definitions", "SyncEngine", "CLinux", arguments]),
        .testTarget(
            name: "MountTests",
            dependencies: [
                "SeededRandom",
                "FileModel", "FuseAdapter", "VirtualFileSystem", "RemoteFileSystem", "CLinux", "TestServers",
                "FaultInjection", "Transport", "syncctl", nioCore,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "SeededRandom", "FileModel", "FTP", "SFTP", "SSH", "Transport", "Definitions", nioCore,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HostileServerTests",
            dependencies: [
                "FileModel", "RemoteFileSystem", "Remotes", "ConnectionPool", "FTP", "SFTP", "SSH", "TLS", "Transport",
                "SyncEngine", "SyncCore", "TestServers", "FaultInjection", nioCore, nioPosix,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ProxyTests",
            dependencies: [
                "FileModel", "RemoteFileSystem", "Remotes", "ConnectionPool", "FTP", "SFTP", "SSH", "TLS", "Transport",
                "TestServers", "FaultInjection", nioCore, nioPosix,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "SeededRandom",
                "FileModel", "Transport", "FTP", "TestServers", "FaultInjection", "ConformanceTests", "CLinux",
                "syncctl",
            ],
            swiftSettings: strict),
    ]
)
