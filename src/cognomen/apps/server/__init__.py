"""The classifier over HTTP: `cognomen serve`; for another ASGI server, `app.create_app()`.

    access     who may ask: addresses, the token
    messages   what is asked and answered, as JSON
    batching   names of many clients answered together
    routes     /v1, /health, /metrics and the page
    protocol   /v2, the Open Inference Protocol
    openapi    the description of all of them, for programs
    app        puts these together
    connection what comes before a request is one
    running    the process: address, start, stop

No name is logged or stored. An origin is the language that a surname hints at; it says nothing certain about
the person who bears it.
"""

from cognomen.io.extras import require

for package in ("starlette", "uvicorn", "httptools", "msgspec", "prometheus_client"):
    require(package, "serve", "The server")
