import FTP
import FileModel
import NIOCore
import TestServers
import Testing

extension RealServers {
    @Suite(.timeLimit(.minutes(2))) struct TransferTests {
        @Test(arguments: ServerCase.allCases)
        func whatIsStoredComesBack(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            for size in [0, 1, 70_000, 3_000_000] {
                let bytes = pattern(size)
                try await connection.put(bytes, to: folder.file("f\(size)"))
                #expect(folder.content("f\(size)") == bytes)
                #expect(try await connection.get(folder.file("f\(size)")) == bytes)
                #expect(try await connection.size(of: folder.file("f\(size)")) == Int64(size))
            }
            await connection.close()
        }

        @Test(arguments: ServerCase.plain)
        func streamsStartInMidFile(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            let bytes = pattern(10_000)
            folder.put("f", bytes)
            let file = try folder.file("f")
            #expect(try await connection.get(file, from: 4_000) == Array(bytes[4_000...]))
            #expect(try await connection.get(file, from: 10_000) == [])
            try await connection.put([1, 2, 3], to: file, .end)
            #expect(folder.content("f") == bytes + [1, 2, 3])
            try await connection.put([9, 9], to: file, .offset(10_003))
            #expect(folder.content("f") == bytes + [1, 2, 3, 9, 9])
            await connection.close()
        }

        /// Reading is paused at a full window until half of it is taken: a reader that stops in between is no silent server.
        @Test func aReaderThatStopsWithinTheWindowIsNoStall() async throws {
            let folder = try await ServerFolder(.proFTPD)
            var settings = folder.settings
            settings.timeouts.command = .seconds(1)
            let connection = try await FTPConnection.connect(settings)
            let bytes = pattern(12_000_000)
            folder.put("big", bytes)
            let download = try await connection.retrieve(folder.file("big"))
            var found = Array(try #require(try await download.next()).readableBytesView)
            // The window fills, and the limit passes twice; there is no event to wait for, as nothing may happen.
            try await Task.sleep(for: .seconds(1))
            found += Array(try #require(try await download.next()).readableBytesView)
            try await Task.sleep(for: .seconds(2))
            while let more = try await download.next() { found += more.readableBytesView }
            #expect(found == bytes)
            await connection.close()
        }

        @Test(arguments: ServerCase.allCases)
        func aTransferBrokenOffLeavesTheSessionInOrder(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            let file = try folder.file("big")
            try await connection.put(pattern(4_000_000), to: file)
            for _ in 0..<3 {
                let download = try await connection.retrieve(file)
                _ = try await download.next()
                download.breakOff()
                #expect(await storageError { while try await download.next() != nil {} }?.code == .cancelled)
                #expect(try await connection.size(of: file) == 4_000_000)
            }
            let upload = try await connection.store(folder.file("half"))
            try await upload.write(ByteBuffer(bytes: pattern(100_000)))
            upload.breakOff()
            try await connection.noop()
            #expect(try await connection.entries(of: folder.path).contains { $0.name.string == "big" })
            #expect(!connection.isClosed)
            await connection.close()
        }

        @Test(arguments: ServerCase.allCases)
        func aCancelledTaskStopsAtOnce(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            try await connection.put(pattern(4_000_000), to: folder.file("big"))
            let file = try folder.file("big")
            let reading = Task { try await connection.get(file).count }
            reading.cancel()
            #expect(await storageError { _ = try await reading.value }?.code == .cancelled)
            await connection.close()
            #expect(connection.isClosed)
        }

        @Test(arguments: ServerCase.plain)
        func refusalsOfTransfersAreTold(on server: ServerCase) async throws {
            let folder = try await ServerFolder(server)
            let connection = try await folder.connect()
            try await connection.makeDirectory(folder.file("dir"))
            #expect(await storageError { _ = try await connection.get(folder.file("nope")) }?.code == .notFound)
            #expect(await storageError { _ = try await connection.get(folder.file("dir")) }?.code == .isDirectory)
            let missing = try folder.file("no").appending(FileName("x"))
            #expect(await storageError { try await connection.put([], to: missing) }?.code == .notFound)
            #expect(await storageError { try await connection.put([], to: folder.file("dir")) }?.code == .isDirectory)
            try await connection.noop()
            await connection.close()
        }

        @Test(arguments: ServerCase.resuming)
        func everyDataConnectionResumesTheSession(on server: ServerCase) async throws {
            for version in [TLSVersionCase.tls12, .tls13] {
                var folder = try await ServerFolder(server)
                folder = try folder.requiringResumption(version)
                let connection = try await folder.connect()
                folder.put("f", pattern(1000))
                for _ in 0..<20 {
                    #expect(try await connection.get(folder.file("f")).count == 1000)
                    #expect(try await connection.entries(of: folder.path).count == 1)
                }
                folder.put("big", pattern(5_000_000))
                let download = try await connection.retrieve(folder.file("big"))
                _ = try await download.next()
                download.breakOff()
                #expect(try await connection.get(folder.file("f")).count == 1000, "after one that was cut")
                await connection.close()
            }
        }
    }
}
