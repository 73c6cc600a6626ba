import FileModel
import Testing

@Suite struct FileAttributesTests {
    @Test func zeroIsToldAndNilIsNot() {
        var attributes = FileAttributes(type: .regular, permissions: 0, owner: 0, group: 0, linkCount: 0)
        #expect(
            attributes.permissions == 0 && attributes.owner == 0 && attributes.group == 0 && attributes.linkCount == 0)
        let silent = FileAttributes(type: .regular)
        #expect(silent.permissions == nil && silent.owner == nil && silent.group == nil && silent.linkCount == nil)
        #expect(attributes != silent)
        (attributes.permissions, attributes.owner, attributes.group, attributes.linkCount) = (nil, nil, nil, nil)
        #expect(attributes == silent && attributes.hashValue == silent.hashValue)
    }

    @Test func whatWasToldBeforeIsForgotten() {
        var attributes = FileAttributes(type: .regular, permissions: 0o644, owner: 7, group: 8, linkCount: 9)
        attributes.owner = nil
        #expect(attributes == FileAttributes(type: .regular, permissions: 0o644, group: 8, linkCount: 9))
        attributes.owner = 10
        #expect(attributes.owner == 10 && attributes.group == 8 && attributes.permissions == 0o644)
    }

    /// A mount holds one for each name it knows.
    @Test func theyTakeLittleRoom() {
        #expect(MemoryLayout<FileAttributes>.stride <= 72)
    }
}
