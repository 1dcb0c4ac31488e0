"""The server of the usual guide: Flask behind gunicorn, the model by joblib.

    gunicorn --workers 2 --bind 127.0.0.1:8080 flask_peer:app     (MODEL names the file)
"""

import json
import os

import flask
import joblib

app = flask.Flask(__name__)
model = joblib.load(os.environ["MODEL"])


@app.get("/ping")
def ping():
    return ""


@app.post("/invocations")
def invocations():
    rows = flask.request.get_json()["features"]
    return flask.Response(json.dumps({"predictions": model.predict(rows).tolist()}), mimetype="application/json")
