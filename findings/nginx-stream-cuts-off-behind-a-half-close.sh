#!/usr/bin/env bash
# nginx's stream proxy drops what the server still owes when the client ends its own direction, and then ends cleanly.
#
# Seen with nginx 1.22.1 (Debian 12): a client sends 8 MB to an echo behind `proxy_pass` and shuts its output down. nginx
# takes the end of one direction for the end of both, closes the server's connection, and sends the client a FIN and no
# reset. The client reads a clean end of a stream that is too short. With `proxy_half_close on` all of it comes back.
#
# Source: nginx's documentation of ngx_stream_proxy_module, proxy_half_close, whose default is off.
# Instead: set `proxy_half_close on` in front of whatever answers behind the end of its input, and let the client compare
# what it got with what it expects, as no error tells it.
set -euo pipefail
version=1.22.1
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get download -qq nginx libnginx-mod-stream >/dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" unpacked; done
./unpacked/usr/sbin/nginx -v 2>&1 | grep -F "nginx/$version" || { ./unpacked/usr/sbin/nginx -v; exit 1; }
cat >client.py <<'END2'
import os, socket, subprocess, sys, threading, time

def echo(connection):
    try:
        while data := connection.recv(65536):
            connection.sendall(data)
    except OSError:
        pass
    connection.close()

def accept(listener):
    while True:
        threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()

def through(port):
    client = socket.create_connection(('127.0.0.1', port))
    sent = os.urandom(8_000_000)
    received = bytearray()
    def send():
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
    threading.Thread(target=send).start()
    while data := client.recv(65536):
        received += data
    return bytes(received) == sent, len(received)

listener = socket.create_server(('127.0.0.1', 0), backlog=100)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
ports = []
for _ in range(2):
    with socket.create_server(('127.0.0.1', 0)) as free:
        ports.append(free.getsockname()[1])
with open('nginx.conf', 'w') as conf:
    conf.write(f'''load_module {os.getcwd()}/unpacked/usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
pid {os.getcwd()}/pid;
error_log {os.getcwd()}/log crit;
events {{}}
stream {{
  server {{ listen 127.0.0.1:{ports[0]}; proxy_pass 127.0.0.1:{listener.getsockname()[1]}; }}
  server {{ listen 127.0.0.1:{ports[1]}; proxy_pass 127.0.0.1:{listener.getsockname()[1]}; proxy_half_close on; }}
}}
''')
nginx = subprocess.Popen(['./unpacked/usr/sbin/nginx', '-e', 'log', '-c', f'{os.getcwd()}/nginx.conf'])
try:
    for port in ports:
        for _ in range(200):
            try:
                socket.create_connection(('127.0.0.1', port)).close()
                break
            except OSError:
                time.sleep(0.05)
    cut = [through(ports[0]) for _ in range(5)]
    whole = [through(ports[1]) for _ in range(5)]
finally:
    nginx.terminate()
    nginx.wait()
print('bytes back of 8000000, by default:', [length for _, length in cut], 'each behind a clean end')
print('with proxy_half_close on:', [length for _, length in whole])
sys.exit(0 if any(not equal for equal, _ in cut) and all(equal for equal, _ in whole) else 1)
END2
python3 client.py
