"""Who a request comes from: Basic, Bearer, the limits, and what is never told."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from taxii_server.access import authentication, credentials
from taxii_server.access.authentication import MAX_FAILED_LOGINS, Authenticator
from taxii_server.access.credentials import Secrets, disable, new_client, rotate
from taxii_server.access.principal import Principal, Role
from taxii_server.errors import TooManyRequestsError, UnauthenticatedError
from taxii_server.storage.protocol import ClientRecord
from tests.access.accounts import Accounts

HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"
MINUTE_US = 60_000_000

NAME = "fb-push"
FACEBOOK = Principal(NAME, "facebook", frozenset({Role.PUBLISHER}))


def basic(name: str, secret: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


class Checks:
    """Counts argon2 checks, which are what a login costs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        original = credentials.is_password

        def counting(password: str, password_hash: str) -> bool:
            self.count += 1
            return original(password, password_hash)

        monkeypatch.setattr(authentication, "is_password", counting)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    return Checks(monkeypatch)


@pytest.fixture(scope="module")
def client() -> tuple[ClientRecord, Secrets]:
    return new_client(NAME, "facebook", FACEBOOK.roles)


@pytest.fixture
def accounts(client: tuple[ClientRecord, Secrets]) -> Accounts:
    return Accounts(client[0])


@pytest.fixture
def made(client: tuple[ClientRecord, Secrets]) -> Secrets:
    return client[1]


@pytest.fixture
def login(accounts: Accounts) -> Authenticator:
    return accounts.authenticator()


def assert_refused(login: Authenticator, authorization: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        login.authenticate(authorization, HERE)


def test_a_name_and_its_password_are_the_client(login: Authenticator, made: Secrets) -> None:
    """T-NET-06."""
    assert login.authenticate(basic(NAME, made.password), HERE) == FACEBOOK


def test_an_api_token_works_as_a_password(login: Authenticator, made: Secrets) -> None:
    """Design section 7: many clients speak only Basic."""
    assert login.authenticate(basic(NAME, made.token), HERE) == FACEBOOK


def test_an_api_token_works_as_bearer(login: Authenticator, made: Secrets) -> None:
    """T-NET-08."""
    assert login.authenticate(f"Bearer {made.token}", HERE) == FACEBOOK


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_may_be_in_any_case(login: Authenticator, made: Secrets, scheme: str) -> None:
    """T-NET-14."""
    assert login.authenticate(basic(NAME, made.password, scheme), HERE) == FACEBOOK


def test_a_bearer_scheme_may_be_in_any_case(login: Authenticator, made: Secrets) -> None:
    """T-NET-14."""
    assert login.authenticate(f"bearer  {made.token} ", HERE) == FACEBOOK


def test_a_token_belongs_to_its_own_clients_name(
    accounts: Accounts, login: Authenticator, made: Secrets
) -> None:
    accounts.put(new_client("tw-push", "twitter", FACEBOOK.roles)[0])

    assert_refused(login, basic("tw-push", made.token))


def test_a_password_is_no_bearer_token(login: Authenticator, made: Secrets) -> None:
    assert_refused(login, f"Bearer {made.password}")


MALFORMED = [
    None,
    "",
    "Basic",
    "Basic ",
    "Basic !!!!",
    "Basic YQ",
    "Basic " + base64.b64encode(b"no colon").decode(),
    "Basic " + base64.b64encode(b":no name").decode(),
    "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
    "Basic " + base64.b64encode(b"n" * 65 + b":x").decode(),
    "Basic " + base64.b64encode(b"n:" + b"x" * 513).decode(),
    "Basic " + "A" * 100_000,
    "Basic \u00e4",
    "Bearer",
    "Bearer " + "a" * 513,
    "Bearer \u00e4",
    "Digest username=x",
    "Token chk_x",
    "\x00",
]


@pytest.mark.parametrize("authorization", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_credential_is_a_401(
    login: Authenticator, accounts: Accounts, authorization: str | None
) -> None:
    """T-NET-09, T-NET-15: never a 500; and no attempt at guessing, so it does not count."""
    assert_refused(login, authorization)

    assert accounts.failed == []


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_a_wrong_password_is_a_401(login: Authenticator, name: str) -> None:
    """T-NET-10."""
    assert_refused(login, basic(name, "wrong"))


def test_an_unknown_name_a_disabled_client_and_a_wrong_password_are_one_answer(
    login: Authenticator, accounts: Accounts, made: Secrets, checks: Checks
) -> None:
    """Names are never confirmed or denied: same text, same cost, same counting."""
    gone, gone_secrets = new_client("gone", "facebook", FACEBOOK.roles)
    rotated, _ = rotate(
        replace(accounts.clients[NAME], name="new"), grace_us=MINUTE_US, now_us=accounts.now_us
    )
    accounts.put(disable(gone))
    accounts.put(rotated)
    answers = []
    for name, secret in (
        ("nobody", "wrong"),
        (NAME, "wrong"),
        ("new", "wrong"),
        ("gone", gone_secrets.password),
        ("gone", gone_secrets.token),
    ):
        checks.count = 0
        with pytest.raises(UnauthenticatedError) as caught:
            login.authenticate(basic(name, secret), HERE)
        answers.append((str(caught.value), caught.value.headers(), checks.count))

    assert all(answer == answers[0] for answer in answers)
    assert [name for name, _, _ in accounts.failed] == ["nobody", NAME, "new", "gone", "gone"]


def test_a_verified_password_is_not_checked_again(
    login: Authenticator, made: Secrets, checks: Checks
) -> None:
    """Design section 7: uncached, Basic gives some 8 requests a second."""
    for _ in range(5):
        login.authenticate(basic(NAME, made.password), HERE)

    assert checks.count == 1


def test_another_password_is_checked_although_one_is_remembered(
    login: Authenticator, made: Secrets
) -> None:
    login.authenticate(basic(NAME, made.password), HERE)

    assert_refused(login, basic(NAME, made.password + "x"))


def test_name_and_password_cannot_be_shifted_into_each_other(
    login: Authenticator, accounts: Accounts, made: Secrets
) -> None:
    accounts.put(new_client("fb", "facebook", FACEBOOK.roles)[0])
    login.authenticate(basic(NAME, made.password), HERE)

    assert_refused(login, basic("fb", "-push" + made.password))


def test_a_token_costs_no_password_check(
    login: Authenticator, made: Secrets, checks: Checks
) -> None:
    login.authenticate(basic(NAME, made.token), HERE)
    login.authenticate(f"Bearer {made.token}", HERE)

    assert checks.count == 0


def test_the_memory_of_verified_passwords_is_bounded(
    login: Authenticator, accounts: Accounts, made: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-BOUNDED; the least recently used is forgotten."""
    monkeypatch.setattr(authentication, "_CACHE_SIZE", 1)
    other, other_secrets = new_client("other", "facebook", FACEBOOK.roles)
    accounts.put(other)
    login.authenticate(basic(NAME, made.password), HERE)
    login.authenticate(basic("other", other_secrets.password), HERE)
    checks = Checks(monkeypatch)

    login.authenticate(basic("other", other_secrets.password), HERE)
    assert checks.count == 0
    login.authenticate(basic(NAME, made.password), HERE)
    assert checks.count == 1


@pytest.fixture(params=["password", "token", "bearer"])
def remembered(
    request: pytest.FixtureRequest, login: Authenticator, made: Secrets
) -> Iterator[str]:
    """Yield a header that was accepted, so that whatever is remembered of it is."""
    authorization = {
        "password": basic(NAME, made.password),
        "token": basic(NAME, made.token),
        "bearer": f"Bearer {made.token}",
    }[request.param]
    login.authenticate(authorization, HERE)
    yield authorization


def test_a_disabled_client_is_refused_at_once(
    login: Authenticator, accounts: Accounts, remembered: str
) -> None:
    accounts.put(disable(accounts.clients[NAME]))

    assert_refused(login, remembered)


def test_a_removed_client_is_refused_at_once(
    login: Authenticator, accounts: Accounts, remembered: str
) -> None:
    del accounts.clients[NAME]

    assert_refused(login, remembered)


def test_an_old_secret_is_refused_at_once_without_grace(
    login: Authenticator, accounts: Accounts, remembered: str
) -> None:
    accounts.put(rotate(accounts.clients[NAME], grace_us=0, now_us=accounts.now_us)[0])

    assert_refused(login, remembered)


def test_an_old_secret_is_valid_until_its_grace_ends(
    login: Authenticator, accounts: Accounts, remembered: str
) -> None:
    accounts.put(rotate(accounts.clients[NAME], grace_us=MINUTE_US, now_us=accounts.now_us)[0])

    accounts.now_us += MINUTE_US - 1
    assert login.authenticate(remembered, HERE) == FACEBOOK
    accounts.now_us += 1
    assert_refused(login, remembered)


def test_the_new_secret_is_valid_during_the_grace_of_the_old(
    login: Authenticator, accounts: Accounts
) -> None:
    record, made = rotate(accounts.clients[NAME], grace_us=MINUTE_US, now_us=accounts.now_us)
    accounts.put(record)

    assert login.authenticate(basic(NAME, made.password), HERE) == FACEBOOK
    assert login.authenticate(f"Bearer {made.token}", HERE) == FACEBOOK


def test_changed_roles_count_at_once(
    login: Authenticator, accounts: Accounts, remembered: str
) -> None:
    accounts.put(replace(accounts.clients[NAME], roles=frozenset({"subscriber"})))

    assert login.authenticate(remembered, HERE).roles == {Role.SUBSCRIBER}


def fail_to_log_in(
    login: Authenticator, name: str, times: int = MAX_FAILED_LOGINS, address: str = HERE
) -> None:
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            login.authenticate(basic(name, "wrong"), address)


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_after_ten_failed_logins_the_pair_waits(login: Authenticator, name: str) -> None:
    """T-ERR-08; an unknown name is limited like a known one."""
    fail_to_log_in(login, name)

    with pytest.raises(TooManyRequestsError) as caught:
        login.authenticate(basic(name, "wrong"), HERE)

    assert 0 < int(caught.value.headers()["Retry-After"]) <= 61


def test_a_right_password_waits_too(login: Authenticator, made: Secrets) -> None:
    """T-ERR-09: 429 comes before 401; otherwise the limit would confirm a guess."""
    login.authenticate(basic(NAME, made.password), HERE)
    fail_to_log_in(login, NAME)

    with pytest.raises(TooManyRequestsError):
        login.authenticate(basic(NAME, made.password), HERE)


def test_another_address_and_another_name_do_not_wait(
    login: Authenticator, accounts: Accounts, made: Secrets
) -> None:
    """A stranger cannot lock a client out from where it is."""
    fail_to_log_in(login, NAME, address=ELSEWHERE)
    fail_to_log_in(login, "nobody")

    assert login.authenticate(basic(NAME, made.password), HERE) == FACEBOOK


def test_a_wrong_token_is_limited_and_shuts_no_other_out(
    login: Authenticator, made: Secrets
) -> None:
    """Design section 6: 429 for that pair only; a token has no name beside it."""
    for _ in range(MAX_FAILED_LOGINS):
        assert_refused(login, "Bearer chk_wrong")

    with pytest.raises(TooManyRequestsError):
        login.authenticate("Bearer chk_wrong", HERE)
    assert login.authenticate(f"Bearer {made.token}", HERE) == FACEBOOK


def test_failures_at_the_same_moment_are_told_no_ten_times_at_most(accounts: Accounts) -> None:
    """Each is counted before it is answered, so two workers cannot both give the last."""
    logins = [accounts.authenticator() for _ in range(2)]
    wrong = basic(NAME, "wrong")

    def attempt(n: int) -> bool:
        try:
            logins[n % 2].authenticate(wrong, HERE)
        except UnauthenticatedError:
            return True
        except TooManyRequestsError:
            return False
        return False

    with ThreadPoolExecutor(24) as pool:
        refused = list(pool.map(attempt, range(24)))

    assert sum(refused) <= MAX_FAILED_LOGINS


def test_the_pair_may_try_again_when_the_oldest_failure_is_a_minute_old(
    login: Authenticator, accounts: Accounts, made: Secrets
) -> None:
    fail_to_log_in(login, NAME)
    with pytest.raises(TooManyRequestsError) as caught:
        login.authenticate(basic(NAME, made.password), HERE)

    accounts.now_us += caught.value.retry_after_s * 1_000_000

    assert login.authenticate(basic(NAME, made.password), HERE) == FACEBOOK


def test_a_missing_header_counts_as_no_failed_login(login: Authenticator, made: Secrets) -> None:
    """Many clients ask once without credentials to learn the scheme."""
    for _ in range(MAX_FAILED_LOGINS + 1):
        assert_refused(login, None)

    assert login.authenticate(basic(NAME, made.password), HERE) == FACEBOOK


class SlowChecks:
    """Password checks that wait until the test lets them go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at_once = 0
        self.most_at_once = 0
        self.started = threading.Semaphore(0)
        self.go_on = threading.Event()
        self._lock = threading.Lock()
        monkeypatch.setattr(authentication, "is_password", self._check)

    def _check(self, _password: str, _password_hash: str) -> bool:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.started.release()
        assert self.go_on.wait(10)
        with self._lock:
            self.at_once -= 1
        return True


def log_in_at_once(
    login: Authenticator, names: list[str]
) -> tuple[list[threading.Thread], list[object]]:
    """Start a login of each name in a thread of its own; collect what comes of each."""
    outcomes: list[object] = []

    def run(name: str) -> None:
        try:
            outcomes.append(login.authenticate(basic(name, "any"), HERE))
        except TooManyRequestsError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    return threads, outcomes


def test_at_most_two_passwords_are_checked_at_once(
    login: Authenticator, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check takes 19 MiB and a core; readers need both."""
    slow = SlowChecks(monkeypatch)
    names = [f"client-{n}" for n in range(6)]
    for name in names:
        accounts.put(replace(accounts.clients[NAME], name=name))

    threads, outcomes = log_in_at_once(login, names)
    for _ in range(2):
        assert slow.started.acquire(timeout=10)
    assert not slow.started.acquire(timeout=0.1)
    slow.go_on.set()
    for thread in threads:
        thread.join(10)

    assert slow.most_at_once == 2
    assert all(isinstance(outcome, Principal) for outcome in outcomes)
    assert len(outcomes) == 6


def test_a_flood_of_logins_leaves_threads_for_clients_that_are_known(
    login: Authenticator, accounts: Accounts, made: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    login.authenticate(basic(NAME, made.password), HERE)
    slow = SlowChecks(monkeypatch)
    names = [f"client-{n}" for n in range(30)]
    for name in names:
        accounts.put(replace(accounts.clients[NAME], name=name))

    threads, outcomes = log_in_at_once(login, names)
    for _ in range(2):
        assert slow.started.acquire(timeout=10)
    for _ in range(100):
        if len(outcomes) == 18:
            break
        threading.Event().wait(0.05)
    turned_away = list(outcomes)
    known = login.authenticate(basic(NAME, made.password), HERE)
    slow.go_on.set()
    for thread in threads:
        thread.join(10)

    assert len(turned_away) == 18
    assert all(isinstance(outcome, TooManyRequestsError) for outcome in turned_away)
    assert known == FACEBOOK


def test_one_password_sent_many_times_at_once_is_checked_twice_at_most(
    login: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowChecks(monkeypatch)

    threads, outcomes = log_in_at_once(login, [NAME] * 8)
    for _ in range(2):
        assert slow.started.acquire(timeout=10)
    slow.go_on.set()
    for thread in threads:
        thread.join(10)

    assert outcomes == [FACEBOOK] * 8
    assert not slow.started.acquire(blocking=False)
