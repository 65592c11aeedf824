"""Statuses, clients, fixed ids, failed logins and figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taxii_server.errors import StorageUnavailableError
from taxii_server.storage.protocol import (
    SCHEMA_VERSION,
    ClientRecord,
    StatusRecord,
    Store,
    StoreFacts,
)
from tests.storage.making import START_US, make_id, make_object, push, read

MINUTE_US = 60_000_000

CLIENT = ClientRecord(
    name="soc",
    member="cisa",
    roles=frozenset({"subscriber", "auditor"}),
    password_hash="$argon2id$1",
    token_hash=b"\x00\x01",
)
OPERATOR = ClientRecord("desk", None, frozenset({"operator"}), "$argon2id$2", b"\x02")


def make_status(status_id: str, completed_us: int = 7) -> StatusRecord:
    return StatusRecord(status_id, "coalition", "facebook", completed_us, b'{"id": "\xc3\xbc"}')


def test_a_status_comes_back_as_it_was_stored(store: Store) -> None:
    store.put_statuses([make_status("s1"), make_status("s2")])

    assert store.get_status("s1") == make_status("s1")
    assert store.get_status("s3") is None


def test_a_status_that_is_imported_twice_is_there_once(store: Store) -> None:
    store.put_statuses([make_status("s1")])
    store.put_statuses([make_status("s1", completed_us=9)])

    assert store.get_status("s1") == make_status("s1", completed_us=9)


def test_only_statuses_completed_before_the_limit_are_deleted(store: Store) -> None:
    """T-STAT-11."""
    store.put_statuses([make_status("old", 5), make_status("just", 6), make_status("new", 7)])

    assert store.delete_statuses(6) == 1

    assert store.get_status("old") is None
    assert store.get_status("just") is not None


def test_the_first_proposal_of_an_id_is_fixed_for_ever(store: Store) -> None:
    assert store.fix_id("feed:cisa", "one") == "one"
    assert store.fix_id("feed:cisa", "two") == "one"
    assert store.fix_id("feed:fbi", "two") == "two"

    assert store.fixed_ids() == {"feed:cisa": "one", "feed:fbi": "two"}


def test_a_client_is_found_by_name(store: Store) -> None:
    assert store.add_client(CLIENT) is True

    assert store.get_client("soc") == CLIENT
    assert store.get_client("SOC") is None


def test_a_client_of_no_member_has_none(store: Store) -> None:
    store.add_client(OPERATOR)

    assert store.get_client("desk") == OPERATOR


def test_a_taken_name_is_refused_and_its_client_kept(store: Store) -> None:
    store.add_client(CLIENT)

    assert store.add_client(replace(OPERATOR, name="soc")) is False

    assert store.get_client("soc") == CLIENT


def test_a_client_is_replaced_whole(store: Store) -> None:
    store.add_client(CLIENT)
    rotated = replace(
        CLIENT,
        token_hash=b"\x09",
        password_hash="$argon2id$9",
        disabled=True,
        old_token_hash=CLIENT.token_hash,
        old_password_hash=CLIENT.password_hash,
        old_until_us=5,
    )

    assert store.replace_client(rotated) is True

    assert store.get_client("soc") == rotated


def test_there_is_nothing_to_replace_under_an_unknown_name(store: Store) -> None:
    assert store.replace_client(CLIENT) is False
    assert store.list_clients() == []


def test_a_client_is_found_by_its_current_and_its_old_token(store: Store) -> None:
    store.add_client(OPERATOR)
    store.add_client(replace(CLIENT, token_hash=b"new", old_token_hash=b"old"))

    for token_hash in (b"new", b"old"):
        found = store.find_client_by_token(token_hash)
        assert found is not None
        assert found.name == "soc"
    assert store.find_client_by_token(b"none") is None


def test_clients_are_listed_by_name(store: Store) -> None:
    store.add_client(CLIENT)
    store.add_client(OPERATOR)

    assert store.list_clients() == [OPERATOR, CLIENT]


def test_failed_logins_are_counted_per_name_and_address(store: Store) -> None:
    for us in (START_US, START_US + 1, START_US + 2):
        store.record_failed_login("soc", "10.0.0.1", us)
    store.record_failed_login("soc", "10.0.0.2", START_US)
    store.record_failed_login("desk", "10.0.0.1", START_US)

    assert store.count_failed_logins("soc", "10.0.0.1", START_US + 1) == (2, START_US + 1)
    assert store.count_failed_logins("soc", "10.0.0.3", START_US) == (0, 0)


def test_failed_logins_are_remembered_for_two_minutes_and_not_for_ever(store: Store) -> None:
    store.record_failed_login("soc", "10.0.0.1", START_US)

    store.record_failed_login("desk", "10.0.0.1", START_US + 2 * MINUTE_US)
    assert store.count_failed_logins("soc", "10.0.0.1", 0)[0] == 1

    store.record_failed_login("desk", "10.0.0.1", START_US + 60 * MINUTE_US)
    assert store.count_failed_logins("soc", "10.0.0.1", 0)[0] == 0


def test_a_clock_that_was_far_ahead_locks_nobody_out_for_long(store: Store) -> None:
    store.record_failed_login("soc", "10.0.0.1", START_US + 60 * MINUTE_US)

    store.record_failed_login("desk", "10.0.0.1", START_US)

    assert store.count_failed_logins("soc", "10.0.0.1", START_US)[0] == 0


def test_facts_of_an_empty_store(store: Store) -> None:
    facts = store.facts()

    assert replace(facts, log_bytes=0) == StoreFacts(SCHEMA_VERSION, 0, 0, 0)


def test_facts_count_entries_and_know_the_newest_date(store: Store) -> None:
    push(store, *(make_object(make_id(n)) for n in range(3)))

    facts = store.facts()

    assert facts.entries == 3
    assert facts.newest_date_us == START_US + 2
    assert facts.log_bytes > 0


def test_a_store_that_works_passes_its_check_and_is_left_as_it_was(store: Store) -> None:
    before = store.facts().entries

    store.check()

    assert store.facts().entries == before


def test_a_closed_store_refuses_everything_and_may_be_closed_again(store: Store) -> None:
    push(store, make_object(make_id(0)))
    store.close()
    store.close()

    for use in (
        store.check,
        store.fixed_ids,
        lambda: read(store),
        lambda: push(store, make_object(make_id(1))),
        lambda: store.record_failed_login("soc", "10.0.0.1", START_US),
    ):
        with pytest.raises(StorageUnavailableError):
            use()
