"""``clearinghouse``: the command line. Commands parse, call a use case, print.

Exit codes: 0 done, 1 a failure or an invalid configuration, 2 wrong usage. What can
be expected to fail prints ``FILE: problem`` lines on standard error, no traceback.
Each command's module is imported only when it is used, so that ``client list`` does
not load the web framework.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

from taxii_server.errors import ConfigError, TaxiiError

COMMANDS: Mapping[str, str] = {
    "init": "taxii_server.cli.init:init",
    "serve": "taxii_server.cli.serve:serve",
    "demo": "taxii_server.cli.demo:demo",
    "upgrade": "taxii_server.cli.store:upgrade",
    "config": "taxii_server.cli.store:config",
    "client": "taxii_server.cli.clients:client",
    "member": "taxii_server.cli.listing:member",
    "collection": "taxii_server.cli.listing:collection",
    "key": "taxii_server.cli.keys:key",
    "pseudonymize": "taxii_server.cli.pseudonymize:pseudonymize",
    "push": "taxii_server.cli.push_pull:push",
    "pull": "taxii_server.cli.push_pull:pull",
    "convert": "taxii_server.cli.convert:convert_command",
    "import-medallion": "taxii_server.cli.import_medallion:import_medallion",
}


class _Clearinghouse(click.Group):
    """The commands by name, and the one place where failures become exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        _say_whole_sentences(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click prints these and chooses the exit code
        except (ConfigError, TaxiiError) as error:
            click.echo(str(error), err=True)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"{where}{error.strerror or error}", err=True)
        except Exception as error:  # noqa: BLE001 - the top of the command line
            click.echo(f"unexpected failure: {type(error).__name__}: {error}", err=True)
        sys.exit(1)


def _say_whole_sentences(command: click.Command) -> None:
    """Let lists of commands say the first sentence of each; click itself cuts it."""
    if command.help and not command.short_help:
        first_paragraph = " ".join(command.help.partition("\n\n")[0].split())
        command.short_help = first_paragraph.partition(". ")[0].removesuffix(".") + "."
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _say_whole_sentences(below)


@click.group(
    cls=_Clearinghouse,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="clearinghouse", prog_name="clearinghouse")
def main() -> None:
    """A STIX 2.1 / TAXII 2.1 server for a coalition that shares what it knows.

    Start with `clearinghouse demo`, or with `clearinghouse init`, `clearinghouse
    client add` and `clearinghouse serve`.
    """


if __name__ == "__main__":
    main(prog_name="clearinghouse")
