import FileModel
import Testing

@Suite struct SecretTests {
    private struct Login {
        let user = "anna"
        let password = Secret("open sesame")
    }

    @Test func neverShowsItself() {
        let secret = Secret("open sesame")
        var dumped = ""
        dump(Login(), to: &dumped)
        let texts = ["\(secret)", String(reflecting: secret), "\(Login())", String(reflecting: Login()), dumped]
        #expect(texts.allSatisfy { !$0.contains("sesame") })
        #expect(secret.revealed == "open sesame")
    }
}
