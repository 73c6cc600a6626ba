/// What earlier sessions of the same server make likely, so that a login need not wait for each answer. The server is
/// asked all the same, and a wrong expectation costs a round trip.
struct LoginExpectations {
    /// AUTH was refused a moment ago, and the password went over the line in clear: asking again proves nothing.
    var refusesTLS = false
    /// An earlier session answered USER with 331 and PASS with 230: they and all that follows leave in one flight, where
    /// the software is known to read ahead.
    var asksForPassword = false
    /// What FEAT says.
    var features: FeatureSet?
    /// Opens the first data connection, where the software is known to bear that: sessions are made to list or to transfer.
    var dataCommand: Command?
}
