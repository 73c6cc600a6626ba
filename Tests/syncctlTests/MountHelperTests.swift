import Testing

@testable import syncctl

struct MountHelperTests {
    @Test(arguments: [
        (
            ["/sbin/mount.fuse.syncctl", "prod", "/mnt/prod", "-o", "rw,nosuid"],
            ["mount", "-o", "rw,nosuid", "--", "prod", "/mnt/prod"]
        ),
        (
            ["mount.fuse.syncctl", "me@host:/srv/x", "/mnt", "-n", "-v"],
            ["mount", "--", "sftp://me@host/srv/x", "/mnt"]
        ),
        (
            ["mount.fuse.syncctl", "me@host:", "/mnt", "-oro"],
            ["mount", "-o", "ro", "--", "sftp://me@host/~/", "/mnt"]
        ),
        (
            ["mount.fuse.syncctl", "ftp://h:2121/x", "/mnt", "-t", "fuse.syncctl", "-N", "/ns"],
            ["mount", "--", "ftp://h:2121/x", "/mnt"]
        ),
    ])
    func itsWordsBecomeThoseOfMount(_ words: [String], _ expected: [String]) {
        #expect(MountHelper(words)?.arguments == expected)
    }

    @Test func underItsOwnNameItIsNoHelper() {
        #expect(MountHelper(["/usr/bin/syncctl", "mount", "x", "/mnt"]) == nil)
        #expect(MountHelper([]) == nil)
    }

    /// mount -f does everything but the mounting.
    @Test func aFakeMountMountsNothing() throws {
        let helper = try #require(MountHelper(["mount.fuse.syncctl", "prod", "/mnt", "-fn"]))
        #expect(helper.arguments == nil)
    }
}
