"""aiolinkding and linkding-cli against a server: every method and every command, with what they answer.

clients.py URL TOKEN WRONG_TOKEN
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import aiolinkding
import typer
from aiolinkding.errors import InvalidTokenError, RequestError, UnknownEndpointError
from linkding_cli.cli import APP
from typer.testing import CliRunner

MEMBERS = {
    "id", "url", "title", "description", "notes", "web_archive_snapshot_url", "favicon_url",
    "preview_image_url", "is_archived", "unread", "shared", "tag_names", "date_added", "date_modified",
    "website_title", "website_description",
}
UNKNOWN_ID = 1_000_000_000


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def titles(page):
    return [bookmark["title"] for bookmark in page["results"]]


def parts(bookmark, *names):
    return tuple(bookmark[name] for name in names)


class Library:
    """aiolinkding's client, which notes what of it was called."""

    def __init__(self, client):
        self.client = client
        self.called = set()

    async def __call__(self, manager, method, *arguments, **options):
        self.called.add((manager, method))
        return await getattr(getattr(self.client, manager), method)(*arguments, **options)

    async def is_refused(self, error, *call, **options):
        try:
            await self(*call, **options)
        except error as refusal:
            return str(refusal)
        raise AssertionError(f"{call} is not refused")

    def has_called_all(self):
        """Every public method of the managers, which are the client's members that have such methods."""
        public = {
            (manager, method)
            for manager, value in vars(self.client).items()
            for method in dir(value)
            if not manager.startswith("_") and method.startswith("async_")
        }
        assert len(public) > 10, public
        equal(self.called, public)


async def use_library(url, token, wrong_token):
    use = Library(await aiolinkding.async_get_client(url, token))
    first = await use(
        "bookmarks", "async_create", "https://library.example/1", title="First", description="About one",
        notes="*N*", tag_names=["zeta", "Alpha"], unread=True, shared=True,
    )
    equal(set(first), MEMBERS)
    equal(parts(first, "url", "title", "description"), ("https://library.example/1", "First", "About one"))
    equal(parts(first, "notes", "tag_names", "is_archived"), ("*N*", ["Alpha", "zeta"], False))
    equal(parts(first, "unread", "shared"), (True, True))
    second = await use("bookmarks", "async_create", "https://library.example/2", title="Second")
    equal(parts(second, "description", "notes", "tag_names", "unread", "shared"), ("", "", [], False, False))
    away = await use("bookmarks", "async_create", "https://library.example/3", title="Away", is_archived=True)
    equal(away["is_archived"], True)

    page = await use("bookmarks", "async_get_all")
    equal((page["count"], titles(page), page["next"], page["previous"]), (2, ["Second", "First"], None, None))
    equal(page["results"][1], first)
    page = await use("bookmarks", "async_get_all", limit=1)
    equal((page["count"], titles(page), page["previous"]), (2, ["Second"], None))
    assert page["next"] == f"{url}/api/bookmarks/?limit=1&offset=1", page["next"]
    page = await use("bookmarks", "async_get_all", limit=1, offset=1)
    equal((page["count"], titles(page), page["next"]), (2, ["First"], None))
    equal(page["previous"], f"{url}/api/bookmarks/?limit=1")
    for query, found in [
        ("about", ["First"]), ("#alpha", ["First"]), ("#al", []), ("!unread", ["First"]),
        ("second or #zeta", ["Second", "First"]), ("not first", ["Second"]), ("away", []),
    ]:
        equal(titles(await use("bookmarks", "async_get_all", query=query)), found)
    equal(titles(await use("bookmarks", "async_get_archived")), ["Away"])
    equal(titles(await use("bookmarks", "async_get_archived", query="first")), [])
    equal(titles(await use("bookmarks", "async_get_archived", limit=5, offset=1)), [])

    equal(await use("bookmarks", "async_get_single", first["id"]), first)
    changed = await use(
        "bookmarks", "async_update", first["id"], url="https://library.example/one", title="One",
        description="d", notes="n", tag_names=["alpha", "new"], unread=False, shared=False,
    )
    equal(changed["id"], first["id"])
    equal(parts(changed, "url", "title", "description"), ("https://library.example/one", "One", "d"))
    equal(parts(changed, "notes", "tag_names", "unread", "shared"), ("n", ["Alpha", "new"], False, False))
    equal(changed["date_added"], first["date_added"])
    assert changed["date_modified"] > first["date_modified"], changed
    # It sends the two states whether it is told them or not, and nothing else.
    changed = await use("bookmarks", "async_update", first["id"], unread=True)
    equal(parts(changed, "title", "tag_names", "unread", "shared"), ("One", ["Alpha", "new"], True, False))

    equal(await use("bookmarks", "async_archive", first["id"]), None)
    equal(titles(await use("bookmarks", "async_get_archived")), ["Away", "One"])
    equal(await use("bookmarks", "async_unarchive", away["id"]), None)
    equal(titles(await use("bookmarks", "async_get_all")), ["Away", "Second"])
    equal(await use("bookmarks", "async_delete", second["id"]), None)
    equal(titles(await use("bookmarks", "async_get_all")), ["Away"])

    tags = await use("tags", "async_get_all")
    assert {"Alpha", "new"} <= {tag["name"] for tag in tags["results"]}, tags
    page = await use("tags", "async_get_all", limit=1, offset=1)
    equal((page["count"], page["results"]), (tags["count"], [tags["results"][1]]))
    equal(page["previous"], f"{url}/api/tags/?limit=1")
    equal(await use("tags", "async_get_single", tags["results"][0]["id"]), tags["results"][0])
    # It sends the name as `example`, which linkding refuses too.
    assert "name" in await use.is_refused(RequestError, "tags", "async_create", "x")
    profile = await use("user", "async_get_profile")
    equal((profile["theme"], profile["enable_sharing"]), ("auto", False))

    for call in [
        ("bookmarks", "async_get_single", UNKNOWN_ID), ("bookmarks", "async_update", UNKNOWN_ID),
        ("bookmarks", "async_archive", UNKNOWN_ID), ("bookmarks", "async_unarchive", UNKNOWN_ID),
        ("bookmarks", "async_delete", UNKNOWN_ID), ("tags", "async_get_single", UNKNOWN_ID),
    ]:
        await use.is_refused(UnknownEndpointError, *call)
    assert "'url'" in await use.is_refused(RequestError, "bookmarks", "async_create", "no address")
    use.has_called_all()

    stranger = Library(await aiolinkding.async_get_client(url, wrong_token))
    for call in [("bookmarks", "async_get_all"), ("tags", "async_get_all"), ("user", "async_get_profile")]:
        equal(await stranger.is_refused(InvalidTokenError, *call), "Invalid API token")


class CommandLine:
    """linkding-cli in this process, which notes which of its commands were run."""

    def __init__(self, url, token):
        self.environment = {"LINKDING_URL": url, "LINKDING_TOKEN": token}
        self.run = set()

    def result(self, *arguments):
        self.run.add(arguments[:2])
        arguments = [str(argument) for argument in arguments]
        return CliRunner().invoke(APP, arguments, env=self.environment)

    def text(self, *arguments):
        result = self.result(*arguments)
        assert result.exit_code == 0, f"{arguments}: {result.output}"
        return result.output.strip()

    def __call__(self, *arguments):
        return json.loads(self.text(*arguments))

    def fails(self, *arguments):
        equal(self.result(*arguments).exit_code, 1)

    def has_run_all(self):
        groups = typer.main.get_command(APP).commands
        commands = {(group, name) for group, value in groups.items() for name in value.commands}
        assert len(commands) > 10, commands
        equal(self.run, commands)


def use_command_line(url, token, wrong_token):
    use = CommandLine(url, token)
    first = use(
        "bookmarks", "create", "https://command.example/1", "--title", "Typed", "--description", "d",
        "--notes", "n", "--tags", "b,A", "--unread", "--shared",
    )
    equal(parts(first, "title", "description", "notes", "tag_names"), ("Typed", "d", "n", ["A", "b"]))
    equal(parts(first, "unread", "shared", "is_archived"), (True, True, False))
    away = use("bookmarks", "create", "https://command.example/2", "--archived")
    equal(parts(away, "title", "is_archived"), ("", True))
    equal(use("bookmarks", "get", first["id"]), first)
    equal(titles(use("bookmarks", "all", "--query", "typed", "--limit", 2)), ["Typed"])
    equal(titles(use("bookmarks", "all", "--query", "typed", "--offset", 1)), [])
    archived = use("bookmarks", "all", "--archived", "--query", "command.example")
    equal([bookmark["id"] for bookmark in archived["results"]], [away["id"]])
    changed = use(
        "bookmarks", "update", first["id"], "--url", "https://command.example/one", "--title", "T",
        "--description", "e", "--notes", "m", "--tags", "c", "--shared",
    )
    equal(parts(changed, "url", "title", "description"), ("https://command.example/one", "T", "e"))
    equal(parts(changed, "notes", "tag_names", "unread", "shared"), ("m", ["c"], False, True))
    equal(use.text("bookmarks", "archive", first["id"]), f"Bookmark {first['id']} archived.")
    equal(use("bookmarks", "get", first["id"])["is_archived"], True)
    equal(use.text("bookmarks", "unarchive", first["id"]), f"Bookmark {first['id']} unarchived.")
    equal(use("bookmarks", "get", first["id"])["is_archived"], False)

    tags = use("tags", "all")
    assert "c" in [tag["name"] for tag in tags["results"]], tags
    equal(use("tags", "all", "--limit", 1, "--offset", 1)["results"], tags["results"][1:2])
    equal(use("tags", "get", tags["results"][0]["id"]), tags["results"][0])
    # By aiolinkding, and so with its fault.
    use.fails("tags", "create", "x")
    equal(use("user", "profile")["theme"], "auto")
    equal(use.text("bookmarks", "delete", first["id"]), f"Bookmark {first['id']} deleted.")
    use.fails("bookmarks", "get", first["id"])
    use.has_run_all()
    CommandLine(url, wrong_token).fails("bookmarks", "all")

    # As a person runs it.
    program = Path(aiolinkding.__file__).parents[1] / "bin/linkding"
    words = [sys.executable, program, "--url", url, "--token", token, "bookmarks", "get", str(away["id"])]
    output = subprocess.run(words, capture_output=True, text=True, check=False)
    assert output.returncode == 0, output.stderr
    equal(json.loads(output.stdout), away)


if __name__ == "__main__":
    asyncio.run(use_library(*sys.argv[1:]))
    use_command_line(*sys.argv[1:])
