"""Tasks for the lender's people."""

from typing import Any

import pytest

from tests.sandbox.mambu.conftest import Client, new_key


def test_a_task_is_open_and_its_id_is_an_integer(client: Client) -> None:
    loan = client.loan()
    link = {"taskLinkKey": loan["accountHolderKey"], "taskLinkType": "CLIENT"}
    response = client.post("/tasks", {"dueDate": "2024-03-01", "title": "Look", "status": "COMPLETED", **link})
    assert (response.status_code, response.json["id"], response.json["status"]) == (201, 1, "OPEN")
    assert client.get("/tasks/1")["title"] == "Look"
    assert [task["id"] for task in client.get("/tasks?status=OPEN")] == [1]
    assert [task["id"] for task in client.get(f"/tasks?clientId={loan['holder']['id']}")] == [1]
    assert client.get("/tasks?clientId=nobody") == []
    assert client.look("tasks")[0]["title"] == "Look"


def test_a_repeat_makes_no_second_task(client: Client) -> None:
    key = new_key()
    for _ in range(2):
        assert client.post("/tasks", {"dueDate": "2024-03-01"}, key).status_code == 201
    assert len(client.look("tasks")) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"title": "Look"}, 4),
        ({"dueDate": "2024-03-01T00:00:00+00:00"}, 4),
        ({"dueDate": "2024-02-30"}, 4),
        ({"dueDate": "2024-03-01", "title": "x" * 257}, 984),
        ({"dueDate": "2024-03-01", "taskLinkKey": "k"}, 4),
        ({"dueDate": "2024-03-01", "taskLinkKey": "k", "taskLinkType": "LOAN"}, 4),
    ],
)
def test_a_wrong_task_is_refused(client: Client, body: dict[str, Any], code: int) -> None:
    assert client.refused("/tasks", body) == code


def test_an_unknown_task_is_404(client: Client) -> None:
    assert client.send("GET", "/tasks/7").status_code == 404
