/// The servers that are written in Python. Each gets the path of its settings: a line per setting, name and value.
enum PythonScripts {
    /// In front of each script.
    static let settings = """
        import os, sys, threading, asyncio, socket
        settings, rounds, algorithms = {}, [], {}
        for line in open(sys.argv[1]).read().splitlines():
            name, _, value = line.partition(' ')
            if name == 'round':
                rounds.append([(word[1:], word[0] == '+') for word in value.split('\\t')])
            elif name == 'algorithms':
                option, _, names = value.partition(' ')
                algorithms[option] = names.split(',')
            else:
                settings[name] = value
        methods = settings['methods'].split(',')
        accepted_keys = open(settings['authorized_keys']).read()
        host_key = open(settings['host_key']).read()

        def drop_root():
            uid = int(settings['uid'])
            if os.getuid() != uid:
                os.setgroups([]); os.setgid(uid); os.setuid(uid)
            os.umask(0o022)

        """

    static let asyncSSH = """
        import asyncssh

        class Login(asyncssh.SSHServer):
            def connection_made(self, connection):
                self.connection = connection
                self.round = 0
            def begin_auth(self, user): return True
            def public_key_auth_supported(self): return 'publickey' in methods
            def validate_public_key(self, user, key):
                return key.export_public_key().decode().split()[1] in accepted_keys
            def password_auth_supported(self): return 'password' in methods
            def validate_password(self, user, password):
                print('password for', user, 'right' if password == settings['password'] else 'wrong', file=sys.stderr)
                return user == settings['user'] and password == settings['password']
            def kbdint_auth_supported(self): return bool(rounds)
            def challenge(self): return ('', '', '', rounds[self.round])
            def get_kbdint_challenge(self, user, lang, submethods):
                self.round = 0
                return self.challenge()
            def validate_kbdint_response(self, user, responses):
                expected = [user if echo else settings['password'] for _, echo in rounds[self.round]]
                print('answers', 'right' if list(responses) == expected else 'wrong', file=sys.stderr)
                if list(responses) != expected: return False
                self.round += 1
                return True if self.round == len(rounds) else self.challenge()

        async def main():
            drop_root()
            # Its chroot cannot read relative links back.
            os.chdir(settings['root'])
            await asyncssh.listen(
                '127.0.0.1', int(settings['port']), server_factory=Login, sftp_factory=True,
                server_host_keys=[asyncssh.import_private_key(host_key)], **algorithms)
            await asyncio.get_running_loop().create_future()

        asyncio.run(main())
        """

    static let paramiko = """
        import paramiko
        from paramiko import SFTP_OK, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface, ServerInterface

        # As little as version 3 allows: every error is FAILURE, listings have names only, in no order, and a READ
        # brings 2,000 bytes at most.
        spartan = settings['dialect'] == 'spartan'
        if spartan: SFTPServer.convert_errno = staticmethod(lambda number: paramiko.SFTP_FAILURE)

        def answer(action):
            try:
                action()
                return SFTP_OK
            except OSError as error:
                return SFTPServer.convert_errno(error.errno)

        class Login(ServerInterface):
            def get_allowed_auths(self, user): return settings['methods']
            def check_auth_publickey(self, user, key):
                known = user == settings['user'] and key.get_base64() in accepted_keys
                return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED
            def check_auth_password(self, user, password):
                known = user == settings['user'] and password == settings['password']
                return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED
            def check_channel_request(self, kind, channel): return paramiko.OPEN_SUCCEEDED

        class OpenFile(SFTPHandle):
            def stat(self): return SFTPAttributes.from_stat(os.fstat(self.descriptor))
            def chattr(self, attributes): return answer(lambda: SFTPServer.set_file_attr(self.filename, attributes))
            def read(self, offset, length):
                try: return os.pread(self.descriptor, min(length, 2000) if spartan else length, offset)
                except OSError as error: return SFTPServer.convert_errno(error.errno)
            def write(self, offset, data): return answer(lambda: os.pwrite(self.descriptor, data, offset))
            def close(self):
                os.close(self.descriptor)
                super().close()

        class Files(SFTPServerInterface):
            def place(self, path): return settings['root'] + self.canonicalize(path)
            def list_folder(self, path):
                try:
                    entries = []
                    for name in os.listdir(self.place(path)):
                        status = os.lstat(os.path.join(self.place(path), name))
                        entry = SFTPAttributes() if spartan else SFTPAttributes.from_stat(status)
                        entry.filename = name
                        entries.append(entry)
                    return entries[::-1]
                except OSError as error: return SFTPServer.convert_errno(error.errno)
            def look(self, function, path):
                try: return SFTPAttributes.from_stat(function(self.place(path)))
                except OSError as error: return SFTPServer.convert_errno(error.errno)
            def stat(self, path): return self.look(os.stat, path)
            def lstat(self, path): return self.look(os.lstat, path)
            def open(self, path, flags, attributes):
                try:
                    mode = attributes.st_mode if attributes.st_mode is not None else 0o644
                    file = OpenFile(flags)
                    file.descriptor = os.open(self.place(path), flags & ~os.O_APPEND, mode & 0o777)
                    file.filename = self.place(path)
                    return file
                except OSError as error: return SFTPServer.convert_errno(error.errno)
            def remove(self, path): return answer(lambda: os.remove(self.place(path)))
            def rename(self, old, new):
                if os.path.lexists(self.place(new)): return paramiko.SFTP_FAILURE
                return answer(lambda: os.rename(self.place(old), self.place(new)))
            def mkdir(self, path, attributes): return answer(lambda: os.mkdir(self.place(path)))
            def rmdir(self, path): return answer(lambda: os.rmdir(self.place(path)))
            def chattr(self, path, attributes):
                return answer(lambda: SFTPServer.set_file_attr(self.place(path), attributes))
            def symlink(self, target, path): return answer(lambda: os.symlink(target, self.place(path)))
            def readlink(self, path):
                try: return os.readlink(self.place(path))
                except OSError as error: return SFTPServer.convert_errno(error.errno)

        def serve(connection, key):
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler('sftp', SFTPServer, Files)
            try: transport.start_server(server=Login())
            except (paramiko.SSHException, EOFError, OSError): transport.close()

        key = paramiko.Ed25519Key.from_private_key_file(settings['host_key'])
        drop_root()
        listener = socket.create_server(('127.0.0.1', int(settings['port'])), backlog=64)
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, key), daemon=True).start()
        """
}
