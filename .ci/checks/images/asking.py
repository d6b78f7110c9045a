"""Ask a server from some clients as fast as it answers, until nobody listens; tell how it went.

It is run inside a container, with nothing but Python. A client keeps its connection until an answer
says that it is the last. A request that was sent and not answered is lost; who couldn't connect has
sent none.
"""

import http.client
import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

CLIENTS = 4
host, port, path = sys.argv[1:]
address = socket.gethostbyname(host)
answered: list[int] = []
lost: list[str] = []
announced: list[bool] = []


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def work() -> None:
    while True:
        connection = http.client.HTTPConnection(address, int(port), timeout=30)
        try:
            connection.connect()
        except OSError:
            return
        keep_asking(connection)
        connection.close()


def keep_asking(connection: http.client.HTTPConnection) -> None:
    last = False
    while not last:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            lost.append(repr(error))
            return
        answered.append(answer.status)
        last = answer.will_close
        if answered[99:] and not announced:
            announced.append(True)
            say("under load")


with ThreadPoolExecutor(CLIENTS) as clients:
    for client in [clients.submit(work) for _ in range(CLIENTS)]:
        client.result()
say(json.dumps({"answered": len(answered), "statuses": sorted({*answered}), "lost": lost}))
