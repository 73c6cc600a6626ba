import Definitions
import FileModel

/// Reads `2026-11-21T02:30:00Z`.
func utc(_ text: String) -> Timestamp? {
    let parts = text.dropLast().split(separator: "T")
    guard parts.count == 2, let date = CalendarDate(String(parts[0])) else { return nil }
    let clock = parts[1].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3 else { return nil }
    return Timestamp(seconds: Int64(date.daysSinceEpoch) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2])
}
