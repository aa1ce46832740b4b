#!/usr/bin/env bash
# Importing requests 2.34.2 (by way of urllib3 2.8.0) opens a socket and binds it, before anything is asked for.
#
# Expected: that a program which imports requests and sends nothing opens no socket: where one watches or forbids
# sockets (an offline mode, a sandbox, a test), the import itself is noticed.
# Seen: urllib3.util.connection finds out whether the machine has IPv6 by binding ::1 when it is imported.
# Nothing is sent, and no other machine is reached.
#
#   socket.bind ('::1', 0)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check requests==2.34.2 urllib3==2.8.0
"$folder/venv/bin/python" - <<'PYTHON'
import socket
import sys

if not socket.has_ipv6:
    sys.exit("this Python has no IPv6, so that there is nothing to see")
bound = []
sys.addaudithook(lambda event, values: event == "socket.bind" and bound.append(values[1]))
import requests  # noqa: E402, F401

print(*("socket.bind " + repr(address) for address in bound), sep="\n")
assert bound == [("::1", 0)], bound
PYTHON
echo "as described"
