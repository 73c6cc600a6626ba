import FileModel
import Testing

@testable import Remotes

/// Which ways to a server are tried, and which are spared it.
struct ProbePlanTests {
    /// Plays a server, and returns the titles of what was tried.
    private func tried(_ plan: ProbePlan, _ answer: (ProbeAttempt) -> ProbeOutcome) -> (ProbePlan, [String]) {
        var plan = plan
        var titles: [String] = []
        while let attempt = plan.next {
            titles.append(attempt.title)
            plan.concluded(answer(attempt))
        }
        return (plan, titles)
    }

    @Test func everyCombinationIsTriedWhenAllOfThemFailAlone() {
        let (plan, titles) = tried(ProbePlan(allowsClear: true)) { $0.way == .sftp ? .failed("no") : .noData("no") }
        #expect(titles.count == 11 && Set(titles).count == 11)
        #expect(titles.first == "sftp, port 22")
        #expect(titles[1] == "ftpes, port 21, EPSV, PROT P" && titles.last == "ftp, port 21, PASV")
        #expect(plan.best == nil)
    }

    @Test func theFirstThatWorksIsTheBest() {
        let (plan, _) = tried(ProbePlan()) { $0.data == .pasv && $0.protectsData ? .works : .noData("blocked") }
        #expect(plan.best?.title == "ftpes, port 21, PASV, PROT P")
    }

    @Test func aRefusedLoginEndsTheProbe() {
        let (plan, titles) = tried(ProbePlan(port: 21)) { $0.way == .sftp ? .notSpoken("220") : .loginRefused("530") }
        #expect(titles == ["sftp, port 21", "ftpes, port 21, EPSV, PROT P"])
        #expect(plan.wasRefused && plan.results.count == 11)
    }

    @Test func aClosedPortIsAskedOnce() {
        let (plan, titles) = tried(ProbePlan()) { _ in .unreachable("refused") }
        #expect(titles == ["sftp, port 22", "ftpes, port 21, EPSV, PROT P", "ftps, port 990, EPSV, PROT P"])
        #expect(plan.results.count == 11)
    }

    @Test func noPasswordTravelsInClearWhereTLSIsOffered() {
        let answer: (ProbeAttempt) -> ProbeOutcome = { $0.way == .ftpes ? .noData("blocked") : .notSpoken("no") }
        #expect(!tried(ProbePlan(), answer).1.contains { $0.hasPrefix("ftp,") })
        #expect(tried(ProbePlan(allowsClear: true), answer).1.contains { $0.hasPrefix("ftp,") })
        #expect(tried(ProbePlan()) { _ in .notSpoken("no TLS") }.1.contains { $0.hasPrefix("ftp,") })
    }

    @Test func errorsAreToldApart() {
        func outcome(_ code: StorageError.Code, _ words: String = "x", reply: String? = nil, late: Bool = false)
            -> ProbeOutcome
        {
            ServerProber.outcome(of: StorageError(code, words, serverReply: reply), isLoggedIn: late)
        }
        #expect(outcome(.unreachable) == .unreachable("x"))
        #expect(outcome(.loginFailed) == .loginRefused("x"))
        #expect(outcome(.loginFailed, "for which nothing is configured") == .failed("for which nothing is configured"))
        #expect(outcome(.tlsFailed) == .notSpoken("x"))
        #expect(outcome(.tlsFailed, late: true) == .noData("x"))
        #expect(outcome(.dataConnectionFailed, late: true) == .noData("x"))
        #expect(outcome(.tooManyConnections) == .failed("x"))
    }
}
