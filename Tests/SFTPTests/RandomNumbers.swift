import SeededRandom

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }

    /// Mostly small, now and then at the edge.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: 0
        case 1: .max
        case 2: Number.random(in: 0...100, using: &self)
        default: Number.random(in: 0...(.max), using: &self)
        }
    }
}
