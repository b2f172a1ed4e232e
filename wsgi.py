"""The application for a WSGI server, and for `flask --app wsgi` with the commands of `clinic`."""

from clinic import cli
from clinic.app import create_app

app = create_app()
cli.register(app)
