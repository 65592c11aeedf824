"""``server.toml``: what it means, and every problem that is reported."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from taxii_server.errors import ConfigError
from taxii_server.settings import (
    ServerSettings,
    Settings,
    listener,
    load_settings,
    packaged_config,
    settings_problems,
    settings_warnings,
    store_folder,
)
from tests.support.certificates import make_certificate


def load(tmp_path: Path, text: str, **server: object) -> Settings:
    """Load a ``server.toml`` of this text; ``server`` is what the command line says."""
    file = tmp_path / "server.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, server=server)


def problems_of(tmp_path: Path, text: str, **server: object) -> tuple[str, ...]:
    try:
        load(tmp_path, text, **server)
    except ConfigError as error:
        return error.problems
    return ()


def test_an_empty_file_has_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Settings()


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    text = """
    [server]
    workers = 3
    behind_proxy = true
    base_url = "https://taxii.example.org"
    trusted_proxies = ["10.0.0.0/8", "::1"]
    """

    assert load(tmp_path, text).server == ServerSettings(
        workers=3,
        behind_proxy=True,
        base_url="https://taxii.example.org",
        trusted_proxies=("10.0.0.0/8", "::1"),
    )


TLS = '[server]\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n'
LISTEN = (
    "[server] listen: must be HOST:PORT with a port from 1 to 65535, such as "
    '"127.0.0.1:8080" or "[::1]:8080", is '
)
EXPOSED = (
    "[server] listen: {} can be reached from other machines and credentials are in every "
    "request; set tls_cert and tls_key, or behind_proxy = true if a proxy terminates TLS, or "
    "listen on 127.0.0.1"
)
BASE_URL_FORM = (
    "[server] base_url: must be a URL of scheme, host and port only, such as "
    '"https://taxii.example.org", is '
)
PROBLEMS = {
    "unknown section": ("[taxi]\n", "[taxi]: unknown section"),
    "no section": ("taxii = 1\n", "[taxii]: must be a section of keys"),
    "unknown key": ("[taxii]\nmax_page = 1\n", "[taxii] max_page: unknown key"),
    "text for a number": (
        '[taxii]\nmax_page_size = "9"\n',
        "[taxii] max_page_size: must be an integer, is text",
    ),
    "truth for a number": (
        "[server]\nworkers = true\n",
        "[server] workers: must be an integer, is true or false",
    ),
    "number for truth": (
        "[server]\nbehind_proxy = 1\n",
        "[server] behind_proxy: must be true or false, is an integer",
    ),
    "number for text": ("[server]\nlisten = 80\n", "[server] listen: must be text, is an integer"),
    "list for text": ("[server]\nlisten = []\n", "[server] listen: must be text, is a list"),
    "text for a list": (
        '[server]\ntrusted_proxies = "::1"\n',
        "[server] trusted_proxies: must be a list of texts, is text",
    ),
    "numbers in a list": (
        "[server]\ntrusted_proxies = [1.5]\n",
        "[server] trusted_proxies: must be a list of texts, is a list with a float",
    ),
    "workers": (
        "[server]\nworkers = 257\n",
        "[server] workers: must be 0 (one per core) to 256, is 257",
    ),
    "proxy": (
        '[server]\ntrusted_proxies = ["proxy"]\n',
        "[server] trusted_proxies: 'proxy' is not an IP address or network",
    ),
    "page size": (
        "[taxii]\nmax_page_size = 0\n",
        "[taxii] max_page_size: must be 1 to 10000 objects, is 0",
    ),
    "page size too large": (
        "[taxii]\nmax_page_size = 10001\n",
        "[taxii] max_page_size: must be 1 to 10000 objects, is 10001",
    ),
    "page bytes": (
        "[taxii]\nmax_page_bytes = 1\n",
        "[taxii] max_page_bytes: must be 1024 to 268435456 bytes, is 1",
    ),
    "content length": (
        "[taxii]\nmax_content_length = 1\n",
        "[taxii] max_content_length: must be 1024 to 1073741824 bytes, is 1",
    ),
    "retention below a day": (
        "[taxii]\nstatus_retention_hours = 23\n",
        "[taxii] status_retention_hours: must be 24 to 87600 hours, is 23",
    ),
    "shared ids": (
        '[sharing]\nshared_ids = "maybe"\n',
        '[sharing] shared_ids: must be "accept" or "reject", is \'maybe\'',
    ),
    "storage url": (
        '[storage]\nurl = "postgres://x"\n',
        "[storage] url: must be \"sqlite:\" and a folder, is 'postgres://x'",
    ),
    "public address": ('[server]\nlisten = "192.0.2.1:80"\n', EXPOSED.format("192.0.2.1")),
    "public IPv6 address": (
        '[server]\nlisten = "[2001:db8::1]:80"\n',
        EXPOSED.format("2001:db8::1"),
    ),
    "host name": (
        '[server]\nlisten = "taxii.example.org:80"\n',
        EXPOSED.format("taxii.example.org"),
    ),
    "all addresses": (
        '[server]\nlisten = "0.0.0.0:80"\nbehind_proxy = true\n',
        "[server] base_url: must be set when listening on all addresses, to the URL that clients "
        'use, such as "https://taxii.example.org"',
    ),
    "missing certificate": (
        '[server]\ntls_cert = "/no/cert"\ntls_key = "server.toml"\n',
        "[server] tls_cert: there is no file /no/cert",
    ),
    "missing key": (
        '[server]\ntls_cert = "server.toml"\ntls_key = "/no/key"\n',
        "[server] tls_key: there is no file /no/key",
    ),
    "certificate without key": (
        '[server]\ntls_cert = "server.toml"\n',
        "[server] tls_key: must be set too, because tls_cert is",
    ),
    "key without certificate": (
        '[server]\ntls_key = "server.toml"\n',
        "[server] tls_cert: must be set too, because tls_key is",
    ),
    "base URL with a path": (
        '[server]\nbase_url = "https://x.example/taxii2/"\n',
        "[server] base_url: must have no path, because discovery is at /taxii2/ of the host, is "
        "'https://x.example/taxii2/'",
    ),
    "plain base URL": (
        '[server]\nbase_url = "http://x.example"\n',
        "[server] base_url: must begin with https:// unless its host is this machine, because "
        "clients send credentials to it",
    ),
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_problem_is_reported_with_its_section_and_key(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert problems_of(tmp_path, text) == (problem,)


@pytest.mark.parametrize(
    "listen",
    ["8080", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "[::1]", "[localhost]:80",
     ":80", "a b:80", "0:80", "127.1:80", "http://localhost:80", "-a:80", "256.0.0.1:80"],
)  # fmt: skip
def test_listen_is_host_and_port(tmp_path: Path, listen: str) -> None:
    """Short forms such as 127.1 and 0 mean an address to some programs only."""
    assert problems_of(tmp_path, f'[server]\nlisten = "{listen}"\n') == (LISTEN + repr(listen),)


@pytest.mark.parametrize(
    "url",
    ["", "taxii.example.org", "ftp://x.example", "https://", "https://u:p@x.example",
     "https://x.example?a=1", "https://x.example#a", "https://x.example:port", "https://[::1"],
)  # fmt: skip
def test_base_url_is_scheme_host_and_port(tmp_path: Path, url: str) -> None:
    assert problems_of(tmp_path, f'[server]\nbase_url = "{url}"\n') == (BASE_URL_FORM + repr(url),)


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "localhost:80", "[::ffff:127.0.0.1]:80"]
)
def test_plain_http_is_allowed_on_this_machine(tmp_path: Path, listen: str) -> None:
    assert problems_of(tmp_path, f'[server]\nlisten = "{listen}"\n') == ()


def test_a_proxy_that_terminates_tls_allows_plain_http_to_it(tmp_path: Path) -> None:
    text = '[server]\nlisten = "10.0.0.1:80"\nbehind_proxy = true\n'

    assert problems_of(tmp_path, text) == ()


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    text = '[server]\nlisten = "0.0.0.0:1"\nworkers = "x"\n[taxii]\nmax_page_size = 0\n[x]\n'

    assert len(problems_of(tmp_path, text)) == 5


def test_a_certificate_from_the_command_line_allows_a_public_address(tmp_path: Path) -> None:
    """``serve --tls-cert --tls-key`` is judged together with the file."""
    cert, key = map(str, make_certificate(tmp_path))

    settings = load(
        tmp_path, '[server]\nlisten = "192.0.2.1:443"\n', tls_cert=cert, tls_key=key, workers=None
    )

    assert listener(settings).base_url == "https://192.0.2.1:443"


def test_an_address_from_the_command_line_is_judged_too(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "", listen="192.0.2.1:80")

    assert found == (EXPOSED.format("192.0.2.1"),)


def test_certificates_are_found_beside_the_file(tmp_path: Path) -> None:
    make_certificate(tmp_path)

    assert load(tmp_path, TLS).server.tls_cert == str(tmp_path / "cert.pem")


def test_a_tls_server_has_no_plain_base_url(tmp_path: Path) -> None:
    make_certificate(tmp_path)

    found = problems_of(tmp_path, TLS + 'base_url = "http://localhost"\n')

    assert found == ("[server] base_url: must begin with https://, because tls_cert is set",)


def test_a_certificate_and_a_key_that_are_swapped_are_a_problem(tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path)

    (found,) = problems_of(tmp_path, "", tls_cert=str(key), tls_key=str(cert))

    assert found == f"[server] tls_cert: {key} holds no certificate in PEM form"


def test_a_key_file_without_a_key_is_a_problem(tmp_path: Path) -> None:
    cert, _ = make_certificate(tmp_path)

    (found,) = problems_of(tmp_path, "", tls_cert=str(cert), tls_key=str(cert))

    assert found == f"[server] tls_key: {cert} holds no private key in PEM form"


def test_a_key_of_another_certificate_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    _, key = make_certificate(tmp_path / "other")
    cert, _ = make_certificate(tmp_path)

    (found,) = problems_of(tmp_path, "", tls_cert=str(cert), tls_key=str(key))

    assert found == f"[server] tls_key: {key} is not the private key of {cert}"


def test_a_key_with_a_passphrase_is_a_problem(tmp_path: Path) -> None:
    """The server asks nobody when it starts."""
    cert, key = make_certificate(tmp_path, passphrase="secret")

    (found,) = problems_of(tmp_path, TLS)

    assert str(cert) in found
    assert str(key) in found
    assert "without a passphrase" in found


def test_a_certificate_that_is_cut_off_is_a_problem(tmp_path: Path) -> None:
    cert, _ = make_certificate(tmp_path)
    cert.write_bytes(cert.read_bytes()[:200])

    (found,) = problems_of(tmp_path, TLS)

    assert "must be whole PEM files" in found


def test_a_proxy_without_a_base_url_is_probably_not_meant(tmp_path: Path) -> None:
    """Discovery would name the listener's own address, which clients cannot reach."""
    proxied = "[server]\nbehind_proxy = true\n"
    named = proxied + 'base_url = "https://taxii.example.org"\n'

    (found,) = settings_warnings(load(tmp_path, proxied))

    assert found.startswith("[server] base_url: is not set although behind_proxy is")
    assert settings_warnings(load(tmp_path, named)) == []


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (ServerSettings(), ("127.0.0.1", 8080, "http", "http://127.0.0.1:8080")),
        (ServerSettings(listen="[::1]:1"), ("::1", 1, "http", "http://[::1]:1")),
        (
            ServerSettings(base_url="https://taxii.example.org/"),
            ("127.0.0.1", 8080, "http", "https://taxii.example.org"),
        ),
        (
            ServerSettings(tls_cert="c", tls_key="k"),
            ("127.0.0.1", 8080, "https", "https://127.0.0.1:8080"),
        ),
    ],
)
def test_the_listener_has_a_base_url(
    server: ServerSettings, expected: tuple[str, int, str, str]
) -> None:
    """A-17: the base URL is configured or the listener's own, never from a request."""
    assert dataclasses.astuple(listener(Settings(server=server))) == expected


def test_settings_made_in_code_are_checked_by_the_same_rules() -> None:
    problems = settings_problems(Settings(server=ServerSettings(listen="192.0.2.1:80")))

    assert problems == [EXPOSED.format("192.0.2.1")]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "data"),
        ('[storage]\nurl = "sqlite:other"\n', "data/other"),
        ('[storage]\nurl = "sqlite:/var/x"\n', "/var/x"),
    ],
)
def test_the_database_is_in_the_data_folder_unless_set(
    tmp_path: Path, text: str, path: str
) -> None:
    assert store_folder(load(tmp_path, text), Path("data")) == Path(path)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"server\.toml: cannot be read: No such file"):
        load_settings(tmp_path / "server.toml")


def test_a_file_that_is_not_toml_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"server\.toml: is not TOML: "):
        load(tmp_path, "listen 80")


def test_the_packaged_server_file_is_valid() -> None:
    assert load_settings(packaged_config() / "server.toml") == Settings()


def test_the_reference_states_every_default_of_the_server_file() -> None:
    """``config/reference.toml`` is documentation; this keeps it true and whole."""
    text = (packaged_config() / "reference.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    for section in dataclasses.fields(Settings):
        for key, default in dataclasses.asdict(getattr(Settings(), section.name)).items():
            if default is None:
                assert f"\n# {key} = " in text, key
            else:
                stated = document[section.name][key]
                assert (tuple(stated) if isinstance(stated, list) else stated) == default, key
    assert document["coalition"] == {"api_root": "coalition"}
