"""Where programs listen: a port that stands in their code is one that no platform chooses."""

import pytest

from tests.pure.start.test_command import case, decide

AIOHTTP = "import os\nfrom aiohttp import web\n\napp = web.Application()\n"
MAIN = "if __name__ == '__main__':\n    "
HTTP = "import os\nfrom http.server import HTTPServer, SimpleHTTPRequestHandler as Handler\n\n"
TORNADO = "import os\nimport asyncio\nimport tornado.web\n\nasync def main():\n    tornado.web.Application([])"
PAIR = "import socketserver\n\nHOST, PORT = '', 9999\n"
OPTIONS = "from tornado.options import define, options\n\ndefine('port', default=8888)\n"
WAIT = "\n    await asyncio.Event().wait()\n\nif __name__ == '__main__':\n    asyncio.run(main())\n"
MCP = "import os\nfrom mcp.server.fastmcp import FastMCP\n\n"
MCP_RUN = "\n\nif __name__ == '__main__':\n    mcp.run(transport='streamable-http')\n"
CHERRYPY = "import os\nimport cherrypy\n\nclass Root:\n    pass\n\n"
GRPC = "import grpc\n\ndef serve():\n    s = grpc.server(None)\n"
ENVIRON = "int(os.environ.get('PORT', 8000))"

FIXED = {
    "aiohttp": (f"{AIOHTTP}\n{MAIN}web.run_app(app, port=5000)\n", "aiohttp", 5000),
    "aiohttp's own": (f"{AIOHTTP}\n{MAIN}web.run_app(app)\n", "aiohttp", 8080),
    "aiohttp with a runner": (
        (
            f"{AIOHTTP}\nasync def main():\n    runner = web.AppRunner(app)\n    await runner.setup()\n"
            "    await web.TCPSite(runner, '0.0.0.0', 8080).start()\n"
        ),
        *("aiohttp", 8080),
    ),
    "Tornado": (f"{TORNADO}.listen(8888){WAIT}", "tornado", 8888),
    "NiceGUI": ("from nicegui import ui\n\nui.label('x')\nui.run(port=3000)\n", "nicegui", 3000),
    "NiceGUI's own": ("from nicegui import ui\n\nui.label('x')\nui.run()\n", "nicegui", 8080),
    "CherryPy": (
        (
            f"{CHERRYPY}cherrypy.config.update({{'server.socket_host': '0.0.0.0', 'server.socket_port': 9090}})\n"
            "cherrypy.quickstart(Root())\n"
        ),
        *("cherrypy", 9090),
    ),
    "CherryPy by attributes": (
        (
            f"{CHERRYPY}cherrypy.server.socket_host = '0.0.0.0'\ncherrypy.server.socket_port = 9090\n"
            "cherrypy.quickstart(Root())\n"
        ),
        *("cherrypy", 9090),
    ),
    "MCP": (f"{MCP}mcp = FastMCP('w', host='0.0.0.0', port=9000){MCP_RUN}", "mcp", 9000),
    "MCP's own": (f"{MCP}mcp = FastMCP('w', host='0.0.0.0'){MCP_RUN}", "mcp", 8000),
    "Gradio": ("import gradio as gr\n\ngr.Interface().launch(server_port=7860)\n", "gradio", 7860),
    "http.server": (f"{HTTP}HTTPServer(('', 8000), Handler).serve_forever()\n", "", 8000),
    "socketserver by a pair of names": (
        f"{PAIR}socketserver.TCPServer((HOST, PORT), None).serve_forever()\n",
        "",
        9999,
    ),
    "two names": (
        f"{PAIR}from gevent.pywsgi import WSGIServer\nWSGIServer((HOST, PORT), x).serve_forever()\n",
        "",
        9999,
    ),
    "two arguments": (f"{PAIR}serve = make_server(HOST, PORT, x)\nserve.serve_forever()\n", "", 9999),
    "Tornado's own options": (f"{OPTIONS}\n{TORNADO}.listen(options.port){WAIT}", "tornado", 8888),
    "http.server by a name": (
        f"{HTTP}PORT = 8000\n\nwith HTTPServer(('', PORT), Handler) as s:\n    s.serve_forever()\n",
        *("", 8000),
    ),
    "wsgiref": (
        (
            "from wsgiref.simple_server import make_server\n\ndef site(environ, start):\n    return []\n\n"
            f"{MAIN}make_server('', 8000, site).serve_forever()\n"
        ),
        *("", 8000),
    ),
    "gRPC": (
        f"{GRPC}    server.add_insecure_port('[::]:50051')\n    server.start()\n\n{MAIN}serve()\n",
        "grpcio",
        50051,
    ),
}
FREE = {
    "aiohttp": (f"{AIOHTTP}\n{MAIN}web.run_app(app, port={ENVIRON})\n", "aiohttp"),
    "aiohttp by a name": (f"{AIOHTTP}\nPORT = {ENVIRON}\n\n{MAIN}web.run_app(app, port=PORT)\n", "aiohttp"),
    "aiohttp at a socket": (f"{AIOHTTP}\n{MAIN}web.run_app(app, path='/tmp/app.sock')\n", "aiohttp"),
    "aiohttp by whatever": (f"{AIOHTTP}options = {{}}\n{MAIN}web.run_app(app, **options)\n", "aiohttp"),
    "Tornado": (f"{TORNADO}.listen({ENVIRON}){WAIT}", "tornado"),
    "CherryPy": (
        (
            f"{CHERRYPY}cherrypy.config.update({{'server.socket_host': '0.0.0.0', 'server.socket_port': {ENVIRON}}})\n"
            "cherrypy.quickstart(Root())\n"
        ),
        "cherrypy",
    ),
    "MCP by its settings": (
        f"{MCP}mcp = FastMCP('w')\nmcp.settings.host = '0.0.0.0'\nmcp.settings.port = {ENVIRON}{MCP_RUN}",
        "mcp",
    ),
    "a name that changes": (
        (
            f"{HTTP}port = 8000\nif 'PORT' in os.environ:\n    port = int(os.environ['PORT'])\n"
            "HTTPServer(('', port), Handler).serve_forever()\n"
        ),
        "",
    ),
    "a parameter of that name": (
        (
            f"{HTTP}port = 8000\n\ndef serve(port):\n    HTTPServer(('', port), Handler).serve_forever()\n\n"
            f"{MAIN}serve({ENVIRON})\n"
        ),
        "",
    ),
    "a socket's queue": (
        (
            f"import os\nimport socket\n\ns = socket.socket()\ns.bind(('0.0.0.0', {ENVIRON}))\ns.listen(4096)\n"
            "while True:\n    s.accept()\n"
        ),
        "",
    ),
    "a port that the system chooses": (
        "import socket\n\ns = socket.socket()\ns.bind(('', 0))\nwhile True:\n    s.accept()\n",
        "",
    ),
    "what gunicorn serves": (
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == '__main__':\n"
            "    app.run(host='0.0.0.0', port=5000)\n"
        ),
        *("flask", "gunicorn"),
    ),
    "Robyn, whose variable wins": (
        "from robyn import Robyn\n\napp = Robyn(__file__)\n\nif __name__ == '__main__':\n    app.start(port=8080)\n",
        "robyn",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_a_port_that_is_fixed_is_warned_about(name: str) -> None:
    text, installed, port = FIXED[name]
    decided = decide(case({"main.py": text}, *filter(None, (str(installed),))))
    assert decided.processes, decided.notes
    (warning,) = (each for each in decided.warnings if "port" in each)
    assert f"listens on the fixed port {port}" in warning
    assert f'int(os.environ.get("PORT", "{port}"))' in warning


@pytest.mark.parametrize("name", FREE)
def test_a_port_that_is_not_fixed_is_none_of_our_business(name: str) -> None:
    text, *installed = FREE[name]
    decided = decide(case({"main.py": text}, *filter(None, installed)))
    assert decided.processes, decided.notes
    assert not [each for each in decided.warnings if "port" in each]


def test_a_pair_of_names_may_hold_an_address_that_nobody_reaches() -> None:
    text = (
        "import socketserver\n\nHOST, PORT = 'localhost', 9999\n"
        "with socketserver.TCPServer((HOST, PORT), None) as server:\n    server.serve_forever()\n"
    )
    (warning,) = decide(case({"main.py": text})).warnings
    assert "TCPServer() listens on localhost" in warning
