"""`/docs`: what the API offers, as a page of its own without any script: nothing of it comes from elsewhere."""

from flask import Blueprint, Response, render_template
from flask_smorest import Api

_METHODS = ("get", "post", "put", "patch", "delete")


def document_page(api: Api) -> Blueprint:
    """Lists the operations of the OpenAPI document, which stands at /openapi.json for tools."""
    blueprint = Blueprint("docs", __name__, template_folder="templates")

    @blueprint.get("/docs")
    def docs() -> Response:
        document = api.spec.to_dict()
        operations = [
            (method.upper(), path, item[method])
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ]
        page = Response(render_template("docs.html", document=document, operations=operations))
        page.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return page

    return blueprint
