import ArgumentParser

/// Several values in one word: `sftp,ftp`.
struct CommaList<Value: Sendable>: Sendable {
    let values: [Value]

    init(_ values: [Value]) { self.values = values }
}

extension CommaList: ExpressibleByArgument where Value: LosslessStringConvertible {
    init?(argument: String) {
        let words = argument.split(separator: ",")
        let values = words.compactMap { Value(String($0)) }
        guard !words.isEmpty, values.count == words.count else { return nil }
        self.values = values
    }

    var defaultValueDescription: String { values.map(\.description).joined(separator: ",") }
}

extension WireProtocol: LosslessStringConvertible {
    init?(_ description: String) { self.init(rawValue: description) }
    var description: String { rawValue }
}
