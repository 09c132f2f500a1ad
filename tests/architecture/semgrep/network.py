import socket
import ssl
import urllib.request

import httpx
import requests


def asked(url: str) -> None:
    # ruleid: asked-without-a-timeout
    requests.get(url)
    # ruleid: asked-without-a-timeout
    urllib.request.urlopen(url)
    # ruleid: asked-without-a-timeout
    socket.create_connection((url, 80))
    # ruleid: asked-without-a-timeout
    httpx.get(url, timeout=None)
    # ok: asked-without-a-timeout
    requests.get(url, timeout=5)
    # ok: asked-without-a-timeout
    socket.create_connection((url, 80), 5)


def verified(url: str, context: ssl.SSLContext) -> None:
    # ruleid: server-not-verified
    requests.get(url, timeout=5, verify=False)
    # ruleid: server-not-verified
    httpx.Client(verify=False)
    # ruleid: server-not-verified
    context.check_hostname = False
    # ruleid: server-not-verified
    context.verify_mode = ssl.CERT_NONE
    # ok: server-not-verified
    context.check_hostname = True
