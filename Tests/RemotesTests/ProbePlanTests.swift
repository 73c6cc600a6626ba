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
        #expect(titles.count == 21 && Set(titles).count == 21)
        #expect(titles.first == "sftp, port 22")
        #expect(titles[1] == "ftpes, port 21, EPSV, PROT P" && titles.last == "ftp, port 21, PORT")
        #expect(plan.best == nil)
    }

    @Test func theFirstThatWorksIsTheBest() {
        let (plan, _) = tried(ProbePlan()) { $0.data == .pasv && $0.protectsData ? .works : .noData("blocked") }
        #expect(plan.best?.title == "ftpes, port 21, PASV, PROT P")
    }

    @Test func activeModesComeAfterThePassiveOnesOfTheSameLogin() {
        let (_, titles) = tried(ProbePlan(port: 21, ways: [.ftpes])) { _ in .noData("blocked") }
        #expect(
            titles.map { $0.dropFirst("ftpes, port 21, ".count) } == [
                "EPSV, PROT P", "PASV, PROT P", "EPRT, PROT P", "PORT, PROT P",
                "EPSV, PROT C", "PASV, PROT C", "EPRT, PROT C", "PORT, PROT C",
            ])
    }

    @Test func anActiveModeIsUsedOnlyWhereNoPassiveOneWorks() {
        func best(_ working: ProbeAttempt.DataCommand...) -> ProbeAttempt? {
            tried(ProbePlan(port: 21, ways: [.ftp])) { attempt in
                working.contains { $0 == attempt.data } ? .works : .noData("blocked")
            }.0.best
        }
        #expect(best(.port, .eprt, .pasv)?.data == .pasv)
        #expect(best(.port, .eprt)?.data == .eprt)
        #expect(best(.port)?.data == .port)
    }

    /// Contents do not travel in clear for the sake of a passive data connection.
    @Test func protectionCountsMoreThanThePassiveMode() {
        let (plan, _) = tried(ProbePlan(port: 21, ways: [.ftpes])) { attempt in
            attempt.data == .eprt || !attempt.protectsData ? .works : .noData("blocked")
        }
        #expect(plan.best?.title == "ftpes, port 21, EPRT, PROT P")
    }

    @Test func sixLoginsAreEnoughWhereSessionsLast() {
        var logins: [ProbeAttempt] = []
        _ = tried(ProbePlan(allowsClear: true)) { attempt in
            if logins.last?.sharesLogin(with: attempt) != true { logins.append(attempt) }
            return attempt.way == .sftp ? .failed("no") : .noData("blocked")
        }
        #expect(logins.count == 6)
    }

    @Test func aRefusedLoginEndsTheProbe() {
        let (plan, titles) = tried(ProbePlan(port: 21)) { $0.way == .sftp ? .notSpoken("220") : .loginRefused("530") }
        #expect(titles == ["sftp, port 21", "ftpes, port 21, EPSV, PROT P"])
        #expect(plan.wasRefused && plan.results.count == 21)
    }

    @Test func aClosedPortIsAskedOnce() {
        let (plan, titles) = tried(ProbePlan()) { _ in .unreachable("refused") }
        #expect(titles == ["sftp, port 22", "ftpes, port 21, EPSV, PROT P", "ftps, port 990, EPSV, PROT P"])
        #expect(plan.results.count == 21)
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
        #expect(outcome(.configuration, late: true) == .noData("x"))
        #expect(outcome(.configuration) == .failed("x"))
        #expect(outcome(.tooManyConnections) == .failed("x"))
    }
}
