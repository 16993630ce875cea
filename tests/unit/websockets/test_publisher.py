"""Batching: few emits, nothing lost."""

from core.sessions.state import SessionState
from websockets.publisher import Publisher, room_of


class Sink:
    """Collects what is emitted."""

    def __init__(self):
        self.sent = []

    def __call__(self, name, payload, to=None):
        self.sent.append((name, payload, to))

    def named(self, name):
        return [(payload, to) for sent, payload, to in self.sent if sent == name]


def metric(seq):
    return "event", (SessionState("s"), {"seq": seq, "t": 0.0, "kind": "metrics", "step": seq, "phase": "training"})


def told(payload):
    return [*(one["seq"] for one in payload.get("earlier", [])), payload["seq"]]


def test_a_burst_of_updates_goes_out_in_few_messages_with_none_missing(until):
    sink = Sink()
    publisher = Publisher(sink)
    for seq in range(1, 101):
        publisher.publish(*metric(seq))
    until(lambda: sum(len(told(p)) for p, _ in sink.named("training_update")) == 100)
    seqs = [seq for payload, _ in sink.named("training_update") for seq in told(payload)]
    assert seqs == list(range(1, 101))
    assert len(sink.named("training_update")) <= 3


def test_updates_go_to_everybody_and_logs_to_subscribers(until):
    sink = Sink()
    publisher = Publisher(sink)
    publisher.publish(*metric(1))
    publisher.publish("output", ("s", "hello\n"))
    until(lambda: len(sink.sent) == 2)
    assert sink.named("training_update")[0][1] is None
    assert sink.named("training_log") == [({"session_id": "s", "text": "hello\n"}, room_of("s"))]


def test_output_is_strung_together(until):
    sink = Sink()
    publisher = Publisher(sink)
    for part in "abc":
        publisher.publish("output", ("s", part))
    until(lambda: "".join(p["text"] for p, _ in sink.named("training_log")) == "abc")


def test_the_end_of_a_job_is_told_though_the_next_begins_at_once(until):
    sink = Sink()
    publisher = Publisher(sink)
    publisher.publish("dataset", {"job_id": "check-1", "status": "running"})
    until(lambda: sink.named("dataset_update"))
    publisher.publish("dataset", {"job_id": "check-1", "status": "done"})
    publisher.publish("dataset", {"job_id": "check-2", "status": "waiting"})
    until(lambda: len(sink.named("dataset_update")) == 3)
    assert {payload["status"] for payload, _ in sink.named("dataset_update")[1:]} == {"done", "waiting"}


def piece(text, request_id="q", column=0):
    return "generation", {"request_id": request_id, "column": column, "kind": "text", "text": text, "tokens": len(text)}


def test_the_text_of_an_answer_arrives_whole_and_two_answers_never_mix(until):
    sink = Sink()
    publisher = Publisher(sink)
    for letter in "abcdefgh":
        publisher.publish(*piece(letter))
        publisher.publish(*piece(letter.upper(), column=1))
        publisher.publish(*piece(".", request_id="other"))

    def heard(request_id, column):
        sent = [payload for payload, _ in sink.named("generation_update")]
        return "".join(p["text"] for p in sent if (p["request_id"], p["column"]) == (request_id, column))

    until(lambda: len(heard("other", 0)) == 8)
    assert (heard("q", 0), heard("q", 1)) == ("abcdefgh", "ABCDEFGH")
