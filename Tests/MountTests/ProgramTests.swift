import FileModel
import Glibc
import RemoteFileSystem
import Testing
import VirtualFileSystem

@testable import FuseAdapter

/// What people do in a mounted folder, with the programs they do it with.
@Suite(.timeLimit(.minutes(3)), .serialized)
struct ProgramTests {
    private func shell(_ script: String) async throws {
        let result = try await blocking { try runShell("set -e\n" + script) }
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(arguments: styles)
    func treesAreCopiedComparedAndRemoved(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await shell(
                """
                work=$(mktemp -d); trap 'rm -rf $work' EXIT
                mkdir -p $work/t/a/b "$work/t/with space" $work/t/empty
                for i in 1 2 3 4 5 6 7 8 9; do seq $((i * 1000)) > "$work/t/a/f $i"; : > $work/t/a/b/e$i; done
                head -c 3000000 /dev/urandom > $work/t/big
                cp -r $work/t \(mount.path)/t
                diff -r $work/t \(mount.path)/t
                mv \(mount.path)/t/a "\(mount.path)/t/with space/moved"
                mv $work/t/a "$work/t/with space/moved"
                diff -r $work/t \(mount.path)/t
                find \(mount.path) -type f | wc -l | grep -qx 19
                du -s \(mount.path) > /dev/null
                rm -rf \(mount.path)/t
                test -z "$(ls -A \(mount.path))"
                """)
        }
    }

    @Test(arguments: styles)
    func archivesKeepTimes(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await shell(
                """
                work=$(mktemp -d); trap 'rm -rf $work' EXIT
                cd $work; mkdir d; echo one > d/one; echo two > d/two
                touch -d '2020-02-02 02:02:02 UTC' d/one; touch -d '2021-03-03 03:03:03 UTC' d/two
                cp -p d/one \(mount.path)/one
                test $(stat -c %Y \(mount.path)/one) = $(stat -c %Y d/one)
                rsync -rt d/ \(mount.path)/r/
                test -z "$(rsync -rti d/ \(mount.path)/r/)"
                tar cf a.tar d; tar xf a.tar --no-same-owner --no-same-permissions -C \(mount.path)
                test $(stat -c %Y \(mount.path)/d/two) = $(stat -c %Y d/two)
                cmp d/two \(mount.path)/d/two
                """)
        }
    }

    @Test(arguments: styles)
    func shellRedirectionsAndEditorsWork(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await shell(
                """
                cd \(mount.path)
                echo one > f; echo two >> f; (echo three; echo four) >> f
                test "$(cat f)" = "$(printf 'one\\ntwo\\nthree\\nfour')"
                sed -i s/two/2/ f; grep -qx 2 f
                sort -r f -o f; head -1 f | grep -qx two || head -1 f | grep -qx three
                dd if=/dev/zero of=f bs=1 count=1 seek=2 conv=notrunc status=none
                truncate -s 5 f; test $(stat -c %s f) = 5
                truncate -s 100000 f; test $(stat -c %s f) = 100000
                python3 -c "
                import sqlite3
                " 
                cd /
                """)
        }
    }

    @Test(arguments: styles)
    func manyProcessesReadAndWriteAtOnce(style: InMemoryRemote.Style) async throws {
        try await MountFixture.with(style) { mount in
            try await shell(
                """
                cd \(mount.path)
                for i in $(seq 16); do (head -c $((i * 100003)) /dev/zero | tr '\\0' "$(printf \\\\$(printf %o $((64 + i))))" > p$i) & done
                wait
                for i in $(seq 16); do
                  (test $(stat -c %s p$i) = $((i * 100003)) && test $(tr -d "$(printf \\\\$(printf %o $((64 + i))))" < p$i | wc -c) = 0) || echo bad $i &
                done > /tmp/remora-bad.$$
                wait
                test ! -s /tmp/remora-bad.$$; rm /tmp/remora-bad.$$
                cd /
                """)
        }
    }
}
