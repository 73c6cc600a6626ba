import ConnectionPool
import Testing

@Suite struct ConnectionSlotTests {
    @Test func configurationKeepsAtLeastOneSession() {
        let configuration = PoolConfiguration(name: "ftp://host", maximumConnections: 0, streamsPerConnection: -3)
        #expect(configuration.maximumConnections == 1)
        #expect(configuration.streamsPerConnection == 1)
    }
}
