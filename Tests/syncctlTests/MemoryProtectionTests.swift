import CLinux
import Testing

@testable import syncctl

@Suite(.serialized)
struct MemoryProtectionTests {
    @Test func noCoreIsLeftAndNobodyMayAttach() {
        defer { remora_set_dumpable(1) }
        #expect(remora_is_dumpable() == 1)
        MemoryProtection.apply()
        #expect(remora_is_dumpable() == 0)
    }
}
