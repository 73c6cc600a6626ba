import CSQLite

/// The columns of the row that `step()` moved to. What is returned is a copy.
///
/// A value of another type is converted as SQLite does: NULL gives 0 and the empty text or blob.
extension Statement {
    public var columnCount: Int { Int(sqlite3_column_count(handle)) }

    public func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, CInt(column)) == SQLITE_NULL }

    public func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, CInt(column)) }

    public func real(_ column: Int) -> Double { sqlite3_column_double(handle, CInt(column)) }

    public func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(handle, CInt(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, CInt(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    public func blob(_ column: Int) -> [UInt8] { withBlob(column) { [UInt8]($0) } }

    /// The bytes of a blob or text without a copy; they end with `body`.
    public func withBlob<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = sqlite3_column_blob(handle, CInt(column))
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, CInt(column)))
        return body(UnsafeRawBufferPointer(start: start, count: count))
    }

    public func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    public func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
    public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    public func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }

    /// A column as the type in which it is stored.
    public func value(_ column: Int) -> SQLValue {
        switch sqlite3_column_type(handle, CInt(column)) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(real(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }
}
