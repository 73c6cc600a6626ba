extension Duration {
    /// Without fractions of a nanosecond; clamped at the ends of what an `Int64` holds, 292 years.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isJustTooMuch) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooMuch || isJustTooMuch ? (seconds < 0 ? .min : .max) : sum
    }
}
