"""The SocketIO object. This folder hides the PyPI package websockets; core/workers undoes that for workers."""

from flask_socketio import SocketIO

socketio = SocketIO()
