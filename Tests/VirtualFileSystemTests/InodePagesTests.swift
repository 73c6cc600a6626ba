import FileModel
import SeededRandom
import Testing

@testable import VirtualFileSystem

struct InodePagesTests {
    private func inode(_ number: UInt64) -> Inode {
        Inode(InodeNumber(number), link: nil, attributes: FileAttributes(type: .regular), expires: .now)
    }

    @Test func pagesAnswerAsADictionaryDoes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var pages = InodePages()
        var model: [UInt64: Inode] = [:]
        for _ in 0..<20_000 {
            let number = UInt64.random(in: 0..<500, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let new = inode(number)
                pages[InodeNumber(number)] = new
                model[number] = new
            case 1:
                pages[InodeNumber(number)] = nil
                model[number] = nil
            default:
                #expect(pages[InodeNumber(number)] === model[number])
            }
        }
        #expect(pages.count == model.count)
        #expect(Set(pages.values.map(\.number.value)) == Set(model.keys))
        for number in model.keys { pages[InodeNumber(number)] = nil }
        #expect(pages.count == 0 && pages.values.first { _ in true } == nil)
    }

    @Test(arguments: [Duration.zero, .seconds(-5), .nanoseconds(1), .seconds(86_400 * 365)])
    func anInodeExpiresWhenItWasTold(_ after: Duration) {
        let inode = inode(2)
        let time = ContinuousClock.now + after
        inode.expires = time
        #expect(inode.expires == time)
    }

    @Test func anEndlessTimeIsALongOne() {
        let inode = inode(2)
        inode.expires = .now + .seconds(Int64.max / 2)
        #expect(inode.expires > .now + .seconds(86_400 * 365 * 100))
    }

    @Test(arguments: [FileType.regular, .directory, .symbolicLink, .special])
    func aListedNameKeepsNumberAndType(_ type: FileType) throws {
        let name = ListedName(name: try FileName("a"), number: InodeNumber(1 << 60 + 3), type: type)
        #expect(name.type == type && name.number == InodeNumber(1 << 60 + 3))
    }
}
