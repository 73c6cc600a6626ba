import Synchronization

/// What the files under way will still take of the local disk, so that all of them together leave its reserve free.
final class DiskBudget: Sendable {
    private let promised = Mutex<Int64>(0)

    /// The room that one file was promised. What is written of it is on the disk, and not promised any more.
    final class Claim: Sendable {
        private let budget: DiskBudget
        private let rest = Mutex<Int64>(0)

        init(_ budget: DiskBudget) { self.budget = budget }

        /// No disk has a pebibyte left; sizes are the server's word, and their sum has to fit into a number.
        private static let most: Int64 = 1 << 50

        /// - Returns: bytes that are promised now, to this file and to those that came before.
        func take(_ bytes: Int64) -> Int64 {
            let bytes = min(bytes, Self.most)
            rest.withLock { $0 += bytes }
            return budget.promised.withLock { promised in
                promised += bytes
                return promised
            }
        }

        func wrote(_ bytes: Int64) {
            let settled = rest.withLock { rest in
                let settled = min(bytes, rest)
                rest -= settled
                return settled
            }
            budget.promised.withLock { $0 -= settled }
        }

        /// The file is done, or given up.
        func end() { wrote(.max) }
    }
}
