"""Two hundred ways out of a sandbox: each is a program whose last expression is true if it got out.

{canary} is a file of the host that holds SECRET, {folder} an empty folder of the host, {port} a port that listens on
the host's loopback, {site} the installed packages, {home} the home folder of the host's user.
"""

READ = """
    open(r'{target}').read()
    import pathlib; pathlib.Path(r'{target}').read_text()
    import os; os.read(os.open(r'{target}', os.O_RDONLY), 99)
    import io; io.FileIO(r'{target}').read()
    import codecs; codecs.open(r'{target}').read()
    import linecache; ''.join(linecache.getlines(r'{target}'))
    import fileinput; ''.join(fileinput.input(r'{target}'))
    import shutil; open(shutil.copy(r'{target}', '/tmp/copy')).read()
    import os; os.symlink(r'{target}', '/tmp/link'); open('/tmp/link').read()
    import os; os.link(r'{target}', '/tmp/hard'); open('/tmp/hard').read()
    import os; os.symlink('/', '/tmp/root'); open('/tmp/root' + r'{target}').read()
    import os; os.chdir('/tmp'); open('..' + r'{target}').read()
    open('/proc/self/root' + r'{target}').read()
    open('/proc/1/root' + r'{target}').read()
    import numpy; numpy.fromfile(r'{target}', 'u1').tobytes()
    import numpy; bytes(numpy.memmap(r'{target}', 'u1', 'r'))
    import ctypes as t; b = t.create_string_buffer(99); c = t.CDLL(None); c.read(c.open(br'{target}', 0), b, 99); b.raw
    import ctypes as t; b = t.create_string_buffer(99); t.CDLL(None).syscall(437, -100, br'{target}', b, 24); b.raw
    import importlib.util; importlib.util.spec_from_file_location('m', r'{target}').loader.get_data(r'{target}')
    import urllib.request; urllib.request.urlopen('file://' + r'{target}').read()
    import mmap, os; f = os.open(r'{target}', os.O_RDONLY); mmap.mmap(f, 0, prot=mmap.PROT_READ)[:]
    import os; os.readv(os.open(r'{target}', 0), [b := bytearray(99)]); b
    import tokenize; str(list(tokenize.tokenize(open(r'{target}', 'rb').readline)))
    import os, glob; str([open(p).read() for p in glob.glob(r'{target}*')])
"""
"""Reading the canary; its text must not come out."""
SEEN = """
    /etc/passwd /etc/shadow /etc/hostname /etc/resolv.conf /etc/ssl /root/.ssh /proc /proc/self/environ /proc/1/cmdline
    /proc/self/maps /proc/self/fd /proc/cpuinfo /proc/meminfo /proc/sys /sys /sys/kernel /dev/mem /dev/kmsg /dev/tty
    /dev/shm /dev/pts /dev/fuse /dev/kvm /dev/nvidia0 /dev/sda /dev/vda /run /var /var/log /boot /opt /srv /mnt /home
    /usr/bin /usr/sbin /bin/sh /usr/bin/env {home}/.bashrc {home}/.netrc {home}/.cache {folder}
"""
"""What must not even be seen."""
WRITE = """
    open(r'{target}/made', 'w').write('x')
    import pathlib; pathlib.Path(r'{target}/made').write_text('x')
    import os; os.write(os.open(r'{target}/made', os.O_CREAT | os.O_WRONLY), b'x')
    import os; os.mkdir(r'{target}/made') is None
    import os; os.symlink('/', r'{target}/made') is None
    import os; os.mkfifo(r'{target}/made') is None
    import os; open('/tmp/a', 'w').close(); os.rename('/tmp/a', r'{target}/made') is None
    import shutil; open('/tmp/a', 'w').close(); bool(shutil.move('/tmp/a', r'{target}/made'))
"""
WRITTEN = ("{folder}", "{site}", "/usr/lib", "/sandbox/core", "/")
WRITE_ONCE = """
    import os; os.chmod('/usr/lib', 0o777) is None
    import os; os.utime('/usr/lib', (0, 0)) is None
    import os, sys; os.unlink(os.__file__) is None
    import os; open(os.__file__, 'a').write('x')
    import os; os.truncate(os.__file__, 0) is None
    import numpy; open(numpy.__file__, 'a').write('#')
    import sys; open(sys.executable, 'r+b').write(b'x')
    open('/dev/zero', 'wb').close() is None and open('/etc/made', 'w').write('x')
"""
NETWORK = """
    import socket; socket.socket() is not None
    import socket; socket.create_connection(('127.0.0.1', {port}), 1) is not None
    import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port})) == 1
    import socket; socket.socket(socket.AF_INET6) is not None
    import socket; socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket') is None
    import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) is not None
    import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW) is not None
    import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1) is not None
    import socket; socket.socket(40, socket.SOCK_STREAM) is not None
    import socket; bool(socket.getaddrinfo('example.org', 80))
    import socket; socket.create_server(('', 0)) is not None
    import socket; socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b'x', '/run/systemd/notify') == 1
    import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}', timeout=1) is not None
    import http.client; c = http.client.HTTPConnection('127.0.0.1', {port}, timeout=1); c.request('GET', '/') is None
    import asyncio; asyncio.run(asyncio.wait_for(asyncio.open_connection('127.0.0.1', {port}), 1)) is not None
    import ctypes; ctypes.CDLL(None).socket(2, 1, 0) >= 0
    import ctypes; ctypes.CDLL(None).syscall(41, 2, 1, 0) >= 0
    import ftplib; ftplib.FTP('127.0.0.1', timeout=1) is not None
    import smtplib; smtplib.SMTP('127.0.0.1', {port}, timeout=1) is not None
    import xmlrpc.client; xmlrpc.client.ServerProxy('http://127.0.0.1:{port}').x()
"""
PROCESSES = """
    import os; os.fork() >= 0
    import os; os.forkpty()[0] >= 0
    import os; os.system('true') == 0
    import os; os.popen('echo x').read() == 'x'
    import os, sys; os.posix_spawn(sys.executable, [sys.executable, '-c', ''], {{}}) > 0
    import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'print(1)'])
    import os, sys; os.spawnv(os.P_WAIT, sys.executable, [sys.executable, '-c', '']) == 0
    import subprocess, sys; subprocess.run([sys.executable, '-c', '']).returncode == 0
    import subprocess; subprocess.Popen('sleep 60', shell=True).pid > 0
    import multiprocessing as m; p = m.Process(target=print); p.start(); p.pid > 0
    import concurrent.futures as f; f.ProcessPoolExecutor(1).submit(print).result(1) is None
    import pty; pty.spawn(['/bin/sh']) == 0
    import ctypes; ctypes.CDLL(None).fork() >= 0
    import ctypes; ctypes.CDLL(None).system(b'true') == 0
    import ctypes; ctypes.CDLL(None).syscall(57) >= 0
    import ctypes; ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) >= 0
    import ctypes; ctypes.CDLL(None).syscall(435, ctypes.create_string_buffer(88), 88) >= 0
    import ctypes; ctypes.CDLL(None).execl(b'/usr/bin/env', b'env', None) >= 0
    import asyncio; asyncio.run(asyncio.create_subprocess_shell('true')) is not None
    import webbrowser; webbrowser.open('http://127.0.0.1:{port}')
"""
OTHERS = """
    import os; os.kill(os.getppid(), 9) is None and os.getppid() > 1
    import os; any(os.kill(p, 0) is None for p in range(2, 3))
    import os; [os.kill(p, 9) for p in range(2, 400)]
    import os; os.killpg(2, 9) is None
    import os; os.pidfd_open(2) >= 0
    import os; os.getppid() > 0
    import ctypes; ctypes.CDLL(None).ptrace(16, 2, 0, 0) == 0
    import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0
    import ctypes; ctypes.CDLL(None).syscall(310, 2, 0, 0, 0, 0, 0) >= 0
    import ctypes; ctypes.CDLL(None).syscall(311, 2, 0, 0, 0, 0, 0) >= 0
    import ctypes; ctypes.CDLL(None).syscall(312, 1, 2, 0, 0, 0) >= 0
    import os; os.setpriority(os.PRIO_PROCESS, 0, -20) is None
    import os; os.sched_setaffinity(0, [0]) is None
    import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1)) is None
    import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9999, 9999)) is None
    import resource; resource.prlimit(2, resource.RLIMIT_CPU, (1, 1)) is None
    import os; os.setuid(1) is None or os.setgid(1) is None
    import os; os.setuid(0) is None and open('/etc/shadow').read()
"""
KERNEL = """
    101 155 161 165 166 167 169 170 171 175 176 246 250 248 249 272 298 304 308 317 319 320 321 323 425 426 429 430 431
    432 433 438 442 443 444 447 135 153 103 105 106 117 126 157 159 163 172 173 179 180 203 227 305 141 322 59 131072
"""
"""Numbers of system calls on x86-64: ptrace, mount, unshare, keys, BPF, io_uring, memfd_create and their like."""
FILES = """
    import os; [os.fstat(n) for n in range(5, 256)]
    import os; [os.read(n, 1) for n in (0, 3)][0]
    import fcntl; [fcntl.fcntl(n, fcntl.F_GETFD) for n in range(5, 256)]
    import ctypes; ctypes.CDLL(None).syscall(438, 3, 0, 0) >= 0
    import os; os.open('/proc/self/fd/0', 0) >= 0
    import sys; '__main__' in sys.modules and hasattr(sys.modules['__main__'], 'Server')
    import core.rewards.sandbox.system
    import services
    import sys; any(n.split('.')[0] in ('core', 'services') for n in sys.modules)
    import os; bool(set(os.environ) - {{'PYTHONHASHSEED', 'TZ', 'LC_ALL', 'OPENBLAS_NUM_THREADS', 'PWD', 'LC_CTYPE'}})
    [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0]('true', shell=True).wait() == 0
    __import__('os').system('true') == 0
    (lambda: 0).__globals__['__builtins__']['open'](r'{canary}').read()
    import gc; any('SECRET' in str(o)[:9999] for o in gc.get_objects() if isinstance(o, str))
"""
BOMBS = """
    x = []⏎while True: x.append(' ' * 10**6)
    x = 'x' * 10**10
    x = [0] * 10**9
    import mmap⏎x = [mmap.mmap(-1, 1 << 26) for n in range(99)]⏎[m.write(b'x' * (1 << 26)) for m in x]⏎True
    import numpy⏎numpy.ones(10**9).sum() > 0
    import ctypes⏎x = [ctypes.create_string_buffer(1 << 26) for n in range(99)]⏎True
    while True: pass
    try:⏎    while True: pass⏎except BaseException:⏎    pass⏎True
    import signal⏎for n in set(signal.Signals) - {{9, 19}}: signal.signal(n, signal.SIG_IGN)⏎while True: pass
    import threading⏎threading.Lock().acquire()⏎x = threading.Lock()⏎x.acquire()⏎x.acquire()
    import select⏎select.select([], [], [])
    import threading as t⏎def f():⏎    while True: pass⏎x = [t.Thread(target=f).start() for n in range(4)]⏎f()
    import threading, time⏎x = []⏎while True: x.append(threading.Thread(target=threading.Event().wait)); x[-1].start()
    def f(): return f()⏎f()
    import sys⏎sys.setrecursionlimit(10**9)⏎f = lambda: f()⏎f()
    import sys⏎sys.setrecursionlimit(10**6)⏎x = []⏎for n in range(10**6): x = [x]⏎repr(x) and None
    while True: print('flood' * 999)
    import os⏎while True: os.write(1, b'x' * 65536)
    n = 0⏎while n < 999:⏎    open(f'/tmp/{{n}}', 'wb').write(bytes(1 << 20)); n += 1⏎True
    n = 0⏎while n < 99999:⏎    open(f'/tmp/{{n}}', 'wb').close(); n += 1⏎True
    import os⏎x = [os.open('/dev/null', 0) for n in range(999)]⏎True
    import re⏎re.match('(a+)+$', 'a' * 40 + 'b')
    10 ** 10 ** 10 > 0
    '1' * 20_000_000
    x = [0]⏎for n in range(64): x = [x, x]⏎x
    x = []⏎x.append(x)⏎x
    {{n * (2**61 - 1): 0 for n in range(100_000)}}
    class E:⏎    def __repr__(self):⏎        while True: pass⏎E()
    import os⏎os._exit(0)
    import os⏎os.kill(os.getpid(), 11)⏎os.abort()
    import ctypes⏎ctypes.string_at(0)
    import os⏎os.close(4)⏎os.close(3)⏎True
    import os⏎os.write(4, b'F\\xff\\xff\\xff\\xff')⏎None
    import os⏎os.write(4, b'F\\0\\0\\0\\x02[]')⏎while True: pass
    import os⏎os.write(4, b'F\\0\\0\\0\\x03xyz')⏎while True: pass
    import os⏎os.write(4, b'M\\0\\0\\0\\x1f' + b'{{"ask": ["host", "f", [], {{}}]}}')⏎while True: pass
    import os⏎os.write(4, b'M\\0\\0\\0\\x05[[[[[')⏎while True: pass
    import os⏎os.write(4, b'X\\0\\0\\0\\x04time')⏎while True: pass
    import os⏎x = b'[' * 99_999 + b']' * 99_999⏎os.write(4, b'F' + len(x).to_bytes(4, 'big') + x)⏎None
    import os⏎x = b'{{"value": {{"bytes": 5}}}}'⏎os.write(4, b'F' + len(x).to_bytes(4, 'big') + x)⏎while True: pass
"""
"""What must end at a limit, or as nothing; ⏎ is the end of a line."""


def ways_out(**words):
    """(name, program) of each."""
    places = [place.format(**words) for place in WRITTEN]
    parts = {
        "read": [_told(line) for line in _lines(READ, target=words["canary"])],
        "seen": [f"import os; os.path.lexists(r'{path.format(**words)}')" for path in SEEN.split()],
        "write": [line for place in places for line in _lines(WRITE, target=place)] + _lines(WRITE_ONCE),
        "network": _lines(NETWORK, **words),
        "processes": _lines(PROCESSES, **words),
        "others": _lines(OTHERS, **words),
        "kernel": [f"import ctypes; ctypes.CDLL(None).syscall({n}, 0, 0, 0, 0, 0, 0) >= 0" for n in KERNEL.split()],
        "files": _lines(FILES, **words),
        "bombs": _lines(BOMBS, **words),
    }
    return [(f"{kind} {place}", program) for kind, lines in parts.items() for place, program in enumerate(lines)]


def _lines(text, **words):
    return [line.strip().replace("⏎", "\n").format(**words) for line in text.split("\n") if line.strip()]


def _told(line):
    setup, _, last = line.rpartition("; ")
    return f"{setup or 'pass'}\n'SECRET' in str({last})"
