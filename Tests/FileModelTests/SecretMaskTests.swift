import FileModel
import Testing

struct SecretMaskTests {
    @Test func everyOccurrenceIsTakenOut() {
        let mask = SecretMask([Secret("hunter2"), Secret("hunter2-and-more")])
        #expect(mask.applied(to: "hunter2 hunter2-and-more xhunter2y") == "•••• •••• x••••y")
        #expect(mask.applied(to: "hunter") == "hunter")
    }

    /// Control characters of a secret are written otherwise in texts.
    @Test func theEscapedFormIsTakenOutToo() {
        #expect(SecretMask([Secret("top\u{7}secret")]).applied(to: "PASS top\\x07secret") == "PASS ••••")
    }

    /// A secret of two letters is part of everything.
    @Test func shortSecretsAreLeftInTexts() {
        #expect(SecretMask([Secret("a"), Secret("")]).applied(to: "a path") == "a path")
        #expect(
            SecretMask.masked(Array("PASS a".utf8), hiding: [97]).map { String(decoding: $0, as: UTF8.self) }
                == "PASS ••••")
    }

    @Test func bytesWithoutTheSecretStayAsTheyAre() {
        #expect(SecretMask.masked([1, 2, 3], hiding: [2, 4]) == nil)
        #expect(SecretMask.masked([1, 2, 3], hiding: []) == nil)
        #expect(SecretMask.masked([0xFF, 2, 4], hiding: [2, 4])?.first == 0xFF)
    }
}
