import Testing

/// Every parser that reads what others wrote: no crash, no hang, no memory out of proportion, and its own promises.
///
/// `make fuzz` runs a million inputs. The seed is printed; `REMORA_SEED` and `REMORA_FUZZ` repeat a run, and
/// `REMORA_FUZZ_ONLY` chooses a parser.
@Suite(.serialized)
struct FuzzTests {
    /// Processor time for one input, in a build without optimisation.
    private static func timeLimit(_ input: [UInt8]) -> Duration { .milliseconds(300) + .microseconds(20) * input.count }

    /// Growth of the process while one parser is fuzzed. Other tests run at the same time unless this is `make fuzz`.
    private static var memoryLimit: Int { FuzzSettings.isAlone ? 128 << 20 : 1 << 30 }

    @Test(arguments: FuzzTarget.all)
    func holds(_ target: FuzzTarget) throws {
        let count = max(1, FuzzSettings.inputs / max(1, FuzzTarget.all.count))
        let record = InputRecord(target.name)
        let memory = MemoryPeak()
        let time = ThreadTime()
        for number in 0..<count {
            guard try run(target, number, record) else { return }
        }
        #expect(memory.growth < Self.memoryLimit, "\(target.name) took \(memory.growth >> 20) MiB")
        print("fuzz: \(target.name), \(count) inputs in \(time.elapsed), REMORA_SEED=\(FuzzSettings.seed)")
    }

    /// - Returns: false after a find; more of them would tell nothing new.
    private func run(_ target: FuzzTarget, _ number: Int, _ record: InputRecord) throws -> Bool {
        var random = FuzzRandom(seed: FuzzSettings.seed, name: target.name, number: number)
        let input = target.mutator.input(&random)
        record.write(input)
        let time = ThreadTime()
        do {
            try target.check(input, &random)
        } catch {
            Issue.record("\(target.name): \(error)\n\(repetition(input, number))")
            return false
        }
        let elapsed = time.elapsed
        guard elapsed < Self.timeLimit(input) else {
            Issue.record("\(target.name): \(elapsed) for \(input.count) bytes\n\(repetition(input, number))")
            return false
        }
        return true
    }

    private func repetition(_ input: [UInt8], _ number: Int) -> String {
        let shown = input.prefix(400).map { String($0, radix: 16) }.joined(separator: " ")
        let more = input.count > 400 ? " … (\(input.count) bytes)" : ""
        return "REMORA_SEED=\(FuzzSettings.seed), input \(number): \(shown)\(more)"
    }
}
