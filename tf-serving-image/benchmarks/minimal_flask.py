"""A minimal Flask application that converts: the embedded server is compared with it."""

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.get("/convert")
def convert() -> Response:
    """Convert one temperature."""
    fahrenheit = float(request.args["fahrenheit"])
    return jsonify(celsius=(fahrenheit - 32) * 5 / 9)
