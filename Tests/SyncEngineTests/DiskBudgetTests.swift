import Testing

@testable import SyncEngine

struct DiskBudgetTests {
    @Test func filesUnderWayCountTogetherUntilTheyAreWritten() {
        let budget = DiskBudget()
        let (one, other) = (DiskBudget.Claim(budget), DiskBudget.Claim(budget))
        #expect(one.take(100) == 100)
        #expect(other.take(50) == 150)
        one.wrote(60)
        #expect(DiskBudget.Claim(budget).take(0) == 90)
        one.end()
        #expect(DiskBudget.Claim(budget).take(0) == 50)
        other.wrote(1000)
        other.end()
        #expect(DiskBudget.Claim(budget).take(0) == 0, "a file that grew gives back what it was promised, and no more")
    }

    @Test func whatEndedGivesBackOnce() {
        let budget = DiskBudget()
        let claim = DiskBudget.Claim(budget)
        _ = claim.take(10)
        claim.end()
        claim.end()
        #expect(DiskBudget.Claim(budget).take(7) == 7)
    }

    @Test func sizesBeyondAllReasonDoNotTrap() {
        let budget = DiskBudget()
        let claims = (0..<256).map { _ in DiskBudget.Claim(budget) }
        for claim in claims { #expect(claim.take(.max) > 1 << 49) }
        for claim in claims { claim.end() }
        #expect(DiskBudget.Claim(budget).take(0) == 0)
    }
}
