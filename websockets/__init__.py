"""The SocketIO object. The folder hides the PyPI package of its name; core/workers undoes that for workers."""

from flask_socketio import SocketIO

socketio = SocketIO()
