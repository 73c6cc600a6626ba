import FileModel
import NIOCore
import NIOEmbedded
import Testing
import Transport

@testable import FTP

/// Commands that need no reply of each other leave together.
@Suite struct FlightTests {
    private let channel = EmbeddedChannel()
    private let control: ControlChannel

    init() throws {
        let settings = FTPSettings(
            endpoint: Endpoint(host: "127.0.0.1", port: 21), credentials: .anonymous, security: .none)
        control = ControlChannel(settings, log: nil)
        try channel.pipeline.syncOperations.addHandler(control)
    }

    private func sent() throws -> String? {
        try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
    }

    private func arrives(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    @Test func aFlightLeavesInOnePiece() throws {
        try arrives("220 ready\r\n")
        FlightSender([.workingDirectory, .extendedPassive, .noop], control, limit: .seconds(1)).send()
        #expect(try sent() == "PWD\r\nEPSV\r\nNOOP\r\n")
        #expect(try sent() == nil)
        FlightSender([.noop], control, limit: .seconds(1)).send()
        #expect(try sent() == "NOOP\r\n")
    }

    @Test func oneCommandAtATimeStaysOneAtATime() throws {
        control.isSerial = true
        try arrives("220 ready\r\n")
        FlightSender([.workingDirectory, .noop], control, limit: .seconds(1)).send()
        #expect(try sent() == "PWD\r\n")
        #expect(try sent() == nil)
        try arrives("257 \"/\"\r\n")
        #expect(try sent() == "NOOP\r\n")
    }

    @Test func theRepliesOfAFlightAreHandedOverTogether() throws {
        try arrives("220 ready\r\n")
        let flight = FlightSender([.workingDirectory, .noop], control, limit: .seconds(1))
        flight.send()
        var codes: [[Int]] = []
        flight.inbox.next(2) { codes.append((try? $0.get().map(\.code)) ?? []) }
        try arrives("257 \"/\"\r\n")
        #expect(codes == [])
        try arrives("200 fine\r\n")
        #expect(codes == [[257, 200]])
    }

    @Test func theEndOfTheSessionEndsTheWaitForAFlight() throws {
        try arrives("220 ready\r\n")
        let flight = FlightSender([.workingDirectory, .noop], control, limit: .seconds(1))
        flight.send()
        var errors: [StorageError.Code] = []
        flight.inbox.next(2) { if case .failure(let error) = $0 { errors.append(error.code) } }
        try arrives("257 \"/\"\r\n")
        control.end(StorageError(.connectionLost, "gone"))
        #expect(errors == [.connectionLost])
        flight.inbox.next(1) { _ in errors = [] }
        #expect(errors == [])
    }
}
