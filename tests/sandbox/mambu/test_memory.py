"""What is remembered across a restart, and what a reset forgets."""

from sandbox.mambu.core import open_core
from sandbox.mambu.settings import Settings
from tests.sandbox.mambu.conftest import Client, new_key


def test_a_restart_forgets_nothing(settings: Settings) -> None:
    core = open_core(settings)
    client, key = Client(core), new_key()
    loan = client.loan(state="ACTIVE")
    path = f"/loans/{loan['id']}/repayment-transactions"
    client.post(path, {"amount": 5}, key)
    client.control("faults", on="loan-read", kind="status_503")
    core.store.close()

    core = open_core(settings)
    client = Client(core)
    assert client.post(path, {"amount": 5}, key).status_code == 201
    assert client.state(loan)[2] == "1495.00"
    assert client.send("GET", f"/loans/{loan['id']}").status_code == 503
    core.store.close()


def test_what_ran_when_the_process_died_may_run_again(settings: Settings) -> None:
    core, key = open_core(settings), new_key()
    with core.store.transaction() as db:
        db.execute("INSERT INTO idempotency (key, request, at) VALUES (?, 'r', 0)", (key,))
    core.store.close()
    core = open_core(settings)
    client = Client(core)
    loan = client.loan(state="ACTIVE")
    assert client.post(f"/loans/{loan['id']}/repayment-transactions", {"amount": 5}, key).status_code == 201
    core.store.close()


def test_the_same_seed_plays_the_same_story(client: Client) -> None:
    def story() -> tuple[str, str, str]:
        client.control("reset", seed=7)
        loan = client.loan()
        return loan["id"], loan["encodedKey"], client.disburse(loan).json["encodedKey"]

    first = story()
    client.loan()
    assert story() == first
    assert len(first[1]) == 32


def test_a_reset_empties_everything(client: Client) -> None:
    loan = client.loan()
    client.post("/tasks", {"dueDate": "2024-03-01"})
    client.control("delivery", duplicate=3)
    client.control("reset", seed=1)
    assert client.send("GET", f"/loans/{loan['id']}").status_code == 404
    assert client.look("tasks") == []
    assert client.look("requests")["requests"][0]["path"] == f"/api/loans/{loan['id']}"
    assert client.control("delivery")["duplicate"] == 0
