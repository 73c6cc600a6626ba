/// The program around pyftpdlib, which is a library: reads what it is asked for from a file (JSON, see
/// `PyFTPdOptions`), gives up root, and serves in one process.
///
/// Commands are taken away and replies changed by subclassing, as those who build servers with pyftpdlib do.
enum PyFTPdScript {
    static let text = #"""
        import json, logging, os, signal, sys, time
        from pyftpdlib import handlers, servers
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.ioloop import IOLoop
        from pyftpdlib.log import config_logging

        options = json.load(open(sys.argv[1]))
        account = options.get("account")
        config_logging(level=logging.DEBUG)
        authorizer = DummyAuthorizer()
        if options["anonymous"]:
            authorizer.add_anonymous(options["root"], perm=options["permissions"])
        else:
            authorizer.add_user(options["user"], options["password"], options["root"], perm=options["permissions"])
        isSecure = options["tls"] != "none"
        Base = handlers.TLS_FTPHandler if isSecure else handlers.FTPHandler


        class Handler(Base):
            proto_cmds = {verb: rule for verb, rule in Base.proto_cmds.items() if verb not in options["without"]}
            auth_failed_timeout = 0

            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self._extra_feats = self._extra_feats + options["features"]

            def handle(self):
                if options["tls"] == "implicit":
                    self.secure_connection(self.ssl_context)
                else:
                    super().handle()

            def handle_ssl_established(self):
                if options["tls"] == "implicit":
                    super().handle()

            def process_command(self, cmd, *args, **kwargs):
                answer = options["answers"].get(cmd)
                if answer is None:
                    super().process_command(cmd, *args, **kwargs)
                else:
                    self.respond(answer)

            def on_file_received(self, file):
                if options["clockAhead"]:
                    moment = time.time() + options["clockAhead"]
                    os.utime(file, (moment, moment))

            def respond(self, resp, *args, **kwargs):
                code = options["codes"].get(resp[:3], resp[:3])
                if code:
                    super().respond(code + resp[3:], *args, **kwargs)

            def push(self, text):
                hidden = options["hiddenFeatures"]
                lines = text.splitlines(True)
                super().push("".join(line for line in lines if line[:1] != " " or line.strip() not in hidden))

            def handle_auth_success(self, *args):
                if account is None:
                    return super().handle_auth_success(*args)
                self.awaits_account = args
                self.respond("332 Need account for login.")

            def ftp_ACCT(self, line):
                if getattr(self, "awaits_account", None) is None:
                    self.respond("503 Login first.")
                elif line == account:
                    super().handle_auth_success(*self.awaits_account)
                else:
                    self.respond("530 Account not known.")


        for verb in options["answers"]:
            Handler.proto_cmds.setdefault(verb, dict(perm=None, auth=True, arg=None, help=verb))
        if account is not None:
            Handler.proto_cmds["ACCT"] = dict(perm=None, auth=False, arg=True, help="Syntax: ACCT <SP> account")
        Handler.authorizer = authorizer
        Handler.masquerade_address = options.get("masquerade")
        Handler.passive_ports = range(options["passivePorts"][0], options["passivePorts"][1] + 1)
        Handler.timeout = options["idleTimeout"]
        Handler.use_gmt_times = not options["localTime"]
        if isSecure:
            Handler.certfile, Handler.keyfile = options["certificate"], options["key"]
            Handler.tls_control_required = Handler.tls_data_required = True
            Handler.get_ssl_context()
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(options["uid"])
            os.setuid(options["uid"])
        os.umask(0o022)


        def end_sessions(*_):
            for handler in list(IOLoop.instance().socket_map.values()):
                if isinstance(handler, handlers.FTPHandler):
                    handler.close()


        signal.signal(signal.SIGUSR1, end_sessions)
        listeners = [servers.FTPServer((host, options["port"]), Handler) for host in options["hosts"]]
        for listener in listeners:
            listener.max_cons = options["maxConnections"]
            listener.max_cons_per_ip = options["maxPerAddress"]
        listeners[0].serve_forever(handle_exit=False)
        """#
}
