extension Daemon {
    func addSchedule(_ name: String) async {
        guard let schedule = definitions.syncs[name]?.schedule else { return }
        let last = await work.lastStart(of: name)
        scheduler.scheduleAdded(name, schedule, lastStart: last, at: now(), using: &random)
        if let next = scheduler.nextStart(name) { tell(.scheduled(name: name, next)) }
    }

    func act(on actions: [Scheduler.Action]) {
        for action in actions {
            switch action {
            case .start(let name, _): startRun(name)
            case .skip(let name, _): tell(.runSkipped(name: name))
            case .stop(let name):
                tell(.runOverdue(name: name))
                runs[name]?.cancel()
            }
        }
    }

    private func startRun(_ name: String) {
        guard let definition = definitions.syncs[name] else {
            _ = scheduler.runEnded(name, at: now())
            return
        }
        tell(.runStarted(name: name))
        runs[name] = Task { [work, post] in
            let outcome = await work.run(definition)
            post.yield(.runEnded(name: name, outcome))
        }
    }

    func runEnded(_ name: String, _ outcome: RunOutcome) {
        runs[name] = nil
        tell(.runEnded(name: name, outcome))
        let actions = scheduler.runEnded(name, at: now())
        if !isStopping { act(on: actions) }
    }
}
