"""Push: everything is sent once, in order, in envelopes that fit, and accounted for."""

from __future__ import annotations

import json

import pytest

from taxii_server.client.push import Detail, PushOptions, push_objects
from taxii_server.client.session import ClientError
from tests.client.fake import LOST, FakeTaxii, collection_resource, refusal
from tests.client.make import DAY, as_text, make_id, make_object

QUICK = PushOptions(sleep=lambda _: None)


def test_what_is_named_arrives_first(fake: FakeTaxii) -> None:
    namer = make_object(1, object_refs=[make_id(2)])
    with fake.session() as session:
        report = push_objects(session, fake.root_url, as_text(namer, make_object(2)), QUICK)

    assert [json.loads(text)["id"] for text in fake.objects] == [make_id(2), make_id(1)]
    assert report.ok
    assert (report.successes, report.envelopes) == (2, 1)


def test_no_body_is_larger_than_the_api_root_takes(fake: FakeTaxii) -> None:
    fake.max_content_length = 500
    things = [make_object(n, x="y" * (n % 90)) for n in range(40)]
    with fake.session() as session:
        report = push_objects(session, fake.root_url, as_text(*things), QUICK)

    assert report.successes == 40
    assert all(len(post.body) <= 500 for post in fake.posts())
    assert all(post.headers["Content-Type"].endswith("version=2.1") for post in fake.posts())


def test_an_object_too_large_for_any_envelope_fails_and_the_rest_is_sent(fake: FakeTaxii) -> None:
    fake.max_content_length = 300
    large = make_object(1, x="y" * 400)
    with fake.session() as session:
        report = push_objects(session, fake.root_url, as_text(large, make_object(2)), QUICK)

    (failure,) = report.failures
    assert (failure.id, failure.version) == (make_id(1), DAY)
    assert "the API Root takes 300" in failure.message
    assert report.successes == 1


def test_a_proxy_that_takes_less_is_coped_with(fake: FakeTaxii) -> None:
    things = as_text(*(make_object(n) for n in range(4)))
    with fake.session() as session:
        original, refusals = fake.answer, iter([True, False, False])

        def answer(seen):
            if seen.method == "POST" and next(refusals, False):
                return refusal(413)
            return original(seen)

        fake.answer = answer
        report = push_objects(session, fake.root_url, things, QUICK)

    assert report.ok
    assert report.successes == 4
    assert report.envelopes == 2


def test_failures_and_warnings_are_told_apart_from_successes(fake: FakeTaxii) -> None:
    fake.failing = {make_id(1): "version-conflict: other content"}
    fake.messages = {make_id(2): "released to cisa; warning: /x unknown; warning: /y odd"}
    with fake.session() as session:
        objects = as_text(*(make_object(n) for n in (1, 2, 3)))
        report = push_objects(session, fake.root_url, objects, QUICK)

    assert report.failures == [Detail(make_id(1), DAY, "version-conflict: other content")]
    assert [w.message for w in report.warnings] == ["/x unknown", "/y odd"]
    assert report.messages == {"released to cisa": 1, "accepted": 1}
    assert not report.ok
    assert report.summary()["failure_count"] == 1


def test_a_pending_status_is_waited_for(fake: FakeTaxii) -> None:
    """T-ADD-19: a server may answer pending and complete later."""
    fake.pending_polls = 3
    with fake.session() as session:
        report = push_objects(session, fake.root_url, as_text(make_object(1)), QUICK)

    assert report.successes == 1
    assert fake.pending_polls == 0


def test_a_status_that_stays_pending_is_a_failure(fake: FakeTaxii) -> None:
    fake.pending_polls = 1000
    options = PushOptions(wait_s=3, sleep=lambda _: None)
    with fake.session() as session:
        report = push_objects(session, fake.root_url, as_text(make_object(1)), options)

    assert report.failures[0].message == "still pending after 3 s"


def test_a_lost_answer_is_sent_again(fake: FakeTaxii) -> None:
    """T-ADD-02: an exact copy is a success, so sending twice is safe."""
    with fake.session() as session:
        original, losses = fake.answer, iter([True])

        def answer(seen):
            reply = original(seen)
            return LOST if seen.method == "POST" and next(losses, False) else reply

        fake.answer = answer
        report = push_objects(session, fake.root_url, as_text(make_object(1)), QUICK)

    assert report.successes == 1
    assert len(fake.posts()) == 2
    assert len(fake.objects) == 1


def test_an_envelope_that_is_refused_whole_fails_by_object_and_the_rest_is_sent(
    fake: FakeTaxii,
) -> None:
    with fake.session() as session:
        original, refusals = fake.answer, iter([True])

        def answer(seen):
            if seen.method == "POST" and next(refusals, False):
                return refusal(422, "duplicate key")
            return original(seen)

        fake.answer = answer
        objects = as_text(make_object(1), make_object(2))
        options = PushOptions(max_objects=1, sleep=lambda _: None)
        report = push_objects(session, fake.root_url, objects, options)

    assert [f.id for f in report.failures] == [make_id(1)]
    assert "duplicate key" in report.failures[0].message
    assert report.successes == 1


def test_a_server_that_goes_away_ends_the_push_and_says_what_was_not_sent(fake: FakeTaxii) -> None:
    with fake.session(attempts=2) as session:
        original, posts = fake.answer, iter([False])

        def answer(seen):
            return LOST if seen.method == "POST" and next(posts, True) else original(seen)

        fake.answer = answer
        objects = as_text(*(make_object(n) for n in range(3)))
        options = PushOptions(max_objects=1, sleep=lambda _: None)
        report = push_objects(session, fake.root_url, objects, options)

    assert report.successes == 1
    assert report.summary()["not_sent_count"] == 2
    assert report.stopped is not None
    assert "cannot be reached" in report.stopped
    assert not report.ok


def test_nothing_is_sent_where_nothing_may_be_written(fake: FakeTaxii) -> None:
    fake.collections = [collection_resource(can_write=False)]
    with fake.session() as session, pytest.raises(ClientError, match="may not write"):
        push_objects(session, fake.root_url, as_text(make_object(1)), QUICK)

    assert fake.posts() == []
