"""The requests whose answers are recorded, in their order.

A target has ids by the names that earlier requests gave them (`id_as`). Hosts end in `.example`, so that
linkding, which fetches pages, finds none.
"""

import json
from urllib.parse import quote

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def request(method, target, body=None, *, content_type=JSON, headers=None, id_as=None, each=None, name=None):
    headers = dict(headers or {})
    exchange = {"name": name or f"{method} {target}", "method": method, "target": target}
    if body is not None:
        exchange["body"] = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        headers["content-type"] = content_type
    if headers:
        exchange["headers"] = headers
    if id_as:
        exchange["as"] = id_as
    if each:
        exchange["each"] = each
    return exchange


def exchanges():
    """All of them; each has a name of its own."""
    listed = [
        *callers(), *nothing_yet(), *made(), *tags_in_use(), *refused(), *dates(), *forms(), *known_again(),
        *changed(), *put_away(), *checked(), *tags(), *without(), *searched(), *paged(), *deleted(), *last(),
    ]
    names = [exchange["name"] for exchange in listed]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, twice
    return listed


def callers():
    for header in ["", "Token", "Token wrong", "Token a b", "Basic YTpi", "Bearer wrong"]:
        for method, target in [("GET", "/api/"), ("GET", "/api/bookmarks/"), ("PUT", "/api/tags/")]:
            name = f"{method} {target} as {header or 'nobody'}"
            yield request(method, target, headers={"authorization": header}, name=name)
    for header in ["token {token}", "Bearer {token}", "BEARER {token}"]:
        name = f"GET /api/ as {header}"
        yield request("GET", "/api/", headers={"authorization": header}, name=name)
    for header in ["", "Token wrong"]:
        name = f"GET /api/bookmarks/shared/ as {header or 'nobody'}"
        yield request("GET", "/api/bookmarks/shared/", headers={"authorization": header}, name=name)


def nothing_yet():
    for target in [
        "/api/", "/api/bookmarks/", "/api/bookmarks/archived/", "/api/bookmarks/shared/", "/api/tags/",
        "/api/bundles/", "/api/user/profile/", "/health", "/api/bookmarks/1000000000/",
        "/api/bookmarks/99999999999999999999/", "/api/bookmarks/x/", "/api/bookmarks/-1/",
        "/api/tags/1000000000/", "/api/tags/x/", "/api/bookmarks/1000000000/assets/",
    ]:
        yield request("GET", target)
    yield request("GET", "/api/?format=json")
    yield request("GET", "/api/user/profile/", headers={"accept": "text/html"}, name="a page for a browser")
    yield request("GET", "/api/bookmarks", name="a path without its last slash")
    for method, target in [
        ("DELETE", "/api/bookmarks/"), ("PUT", "/api/bookmarks/"), ("PATCH", "/api/bookmarks/"),
        ("POST", "/api/bookmarks/1/"), ("POST", "/api/bookmarks/archived/"),
        ("GET", "/api/bookmarks/1/archive/"), ("DELETE", "/api/bookmarks/1/unarchive/"), ("POST", "/api/bookmarks/check/"), ("PUT", "/api/tags/1/"),
        ("PATCH", "/api/tags/1/"), ("DELETE", "/api/tags/"), ("POST", "/api/user/profile/"),
        ("POST", "/api/"), ("GET", "/api/bookmarks/singlefile/"), ("DELETE", "/api/bundles/"),
    ]:
        yield request(method, target)


def post(body, name, **options):
    return request("POST", "/api/bookmarks/", body, name=name, **options)


def made():
    full = {
        "url": " https://full.example/a?b=c ", "title": " A “title” – äö ", "description": "about\nit",
        "notes": "# n", "is_archived": False, "unread": True, "shared": True,
        "tag_names": ["beta", "Alpha", "two words", "x,y", "beta"],
        "date_added": "2025-01-31T09:46:23.006313Z", "date_modified": "2025-02-01T00:00:00+02:00",
        "id": 77, "website_title": "w", "favicon_url": "f", "web_archive_snapshot_url": "s", "other": [1],
    }
    yield post(full, "a bookmark with all its members", id_as="full")
    yield post({"url": "https://least.example/"}, "a bookmark with its address alone", id_as="least")
    yield post({"url": "https://away.example", "is_archived": True, "title": "Away", "unread": True},
               "an archived bookmark", id_as="away")
    yield post({"url": "https://numbers.example", "title": 7, "notes": 1.5, "unread": "yes", "shared": 1},
               "numbers as texts, texts as booleans")
    yield post({"url": "https://tags.example", "tag_names": ["ALPHA", " b  c ", "Zoo", "zoo", "#d", 5, ","]},
               "names of tags of every kind")
    yield request("POST", "/api/bookmarks/?disable_scraping&disable_html_snapshot",
                  {"url": "https://extension.example/", "title": "By the extension", "tag_names": []})
    for name in ["full", "least", "away"]:
        yield request("GET", f"/api/bookmarks/{{{name}}}/")


def tags_in_use():
    yield request("GET", "/api/tags/", name="the tags of bookmarks")
    yield request("GET", "/api/tags/?limit=3&offset=1")


def refused():
    url = "https://refused.example/"
    for name, body in [
        ("nothing", {}), ("null as address", {"url": None}), ("an empty address", {"url": ""}),
        ("blanks as address", {"url": "  "}), ("a list as address", {"url": ["x"]}),
        ("a number as address", {"url": 7}), ("true as address", {"url": True}),
        ("a long address", {"url": url + "a" * 2048}), ("a long title", {"url": url, "title": "t" * 513}),
        ("null as texts", {"url": url, "title": None, "description": None, "notes": None}),
        ("objects as texts", {"url": url, "title": {}, "description": [], "notes": True}),
        ("null as states", {"url": url, "is_archived": None, "unread": None, "shared": None}),
        ("no states", {"url": url, "is_archived": "maybe", "unread": 2, "shared": []}),
        ("null as tags", {"url": url, "tag_names": None}), ("a text as tags", {"url": url, "tag_names": "a"}),
        ("an object as tags", {"url": url, "tag_names": {"a": 1}}),
        ("items that are no tags", {"url": url, "tag_names": ["a", True, None, [], "", " "]}),
        ("null as dates", {"url": url, "date_added": None, "date_modified": None}),
        ("all wrong at once", {"url": "x", "title": None, "unread": "x", "tag_names": [[]],
                              "date_added": "x"}),
        ("NUL", {"url": url + "\0", "title": "a\0b", "notes": "\0", "tag_names": ["\0"]}),
        ("much of it", {"url": "http://nas/" + "a" * 2048, "title": "\0" * 513,
                        "tag_names": [1.5, "\0", None]}),
        ("a number as tags", {"url": url, "tag_names": 1}), ("true as tags", {"url": url, "tag_names": True}),
    ]:
        yield post(body, f"refused: {name}")
    for address in [
        "example.com", "javascript:alert(1)", "mailto:a@b.example", "file:///etc/hosts", "http://nas/",
        "http://a_b.example/", "http://b.example/a b", "http://b.example/\ta",
        "http://-a.example/", "http://a.c/", "http://a.c0m/", "http://300.1.1.1/", "http://", "http://[::1",
        "HTTP//b.example", "http://b..example/", "http://b.example:/", "http://.b.example/",
        "http:///b.example",
        "http://?b.example", "http://b.example,c.example/", "http://a@b@c.example/", "http://[::1]x/",
    ]:
        yield post({"url": address}, f"refused: the address {address}")
    for name, body in [
        ("a list", "[]"), ("a number", "7"), ("null", "null"), ("a text", '"x"'), ("nothing at all", ""),
        ("half an object", "{"), ("a word", "url"), ("NaN", '{"url": NaN}'),
    ]:
        yield post(body, f"refused: {name} as body")
    for content_type in ["text/plain", "application/xml", "application/octet-stream"]:
        yield post("x", f"refused: {content_type}", content_type=content_type)
    yield post("x", "refused: multipart without a boundary", content_type="multipart/form-data")
    yield request("PUT", "/api/bookmarks/{full}/", {"title": "u"})
    yield request("PATCH", "/api/bookmarks/{full}/", {"url": "", "title": None})


def dates():
    for nth, text in enumerate([
        "2025-01-31T09:46:23Z", "2025-01-31 09:46:23", "2025-01-31T09:46", "2025-01-31T09:46:23.5+02:00",
        "2025-01-31T09:46:23.123456789Z", "2025-01-31T09:46:23-0130", "2025-01-31T09:46:23+02",
        "2025-01-31T09", "2025-01-31", "20250131", "20250131T094623Z", "2025-W05-5", "2025-1-3T9:46",
        "2025-01-31T09:46:23,5Z", "2025-01-31t09:46:23z", " 2025-01-31T09:46:23Z ",
        "2025-01-31T09:46:23 +02:00", "2025-01-31x09:46", "2025-W05", "2025W055T0946", "2025-W54-1", "2025-0131",
        "2025-01-31T094623.25+0200", "2025-01-31T0946:23", "2025-01-31T09:46:23+02:30:15", "2025-01-31T",
        "2025-01-31T09:46:23.1234567x", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00",
        "2025-02-30", "2025-13-01", "2025-01-31T25:00", "2025-01-31T24:00", "0000-01-01", "now", "",
        "2025-01-31T09:46:23+99:00", "2025-01-31T09:46:60Z", "31.01.2025", "1738316783",
    ]):
        yield post({"url": f"https://dates.example/{nth}", "date_added": text}, f"the date '{text}'")
    for name, value in [("number", 1738316783), ("boolean", True), ("list", ["2025-01-31"])]:
        yield post({"url": "https://dates.example/n", "date_added": value}, f"a {name} as date")


def forms():
    body = "url=https%3A%2F%2Fform.example%2F&title=a+b&tag_names=one&tag_names=two&unread=on&date_added="
    yield post(body + "2025-01-01T00:00:00Z", "a form", content_type=FORM, id_as="form")
    body = "url=https://index.example/&tag_names[0]=a&tag_names[1]=b"
    yield post(body, "a form with indices", content_type=FORM)
    yield post("title=x&unread=maybe", "a form without an address", content_type=FORM)
    yield post("url=https://empty.example/&tag_names=", "a form with an empty tag", content_type=FORM)
    yield post("url=https://empty.example/&title=&notes=&unread=&date_added=", "a form with empty fields",
               content_type=FORM)
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    fields = [("url", "https://parts.example/"), ("title", "ä"), ("tag_names", "a,b"), ("shared", "true")]
    body = "".join(part.format(*field) for field in fields) + "--x--\r\n"
    yield post(body, "a form in parts", content_type="multipart/form-data; boundary=x")
    yield request("PUT", "/api/bookmarks/{form}/", "url=https://form.example/2&notes=n", content_type=FORM)
    yield request("PATCH", "/api/bookmarks/{form}/", "unread=true", content_type=FORM)
    yield request("PUT", "/api/bookmarks/{form}/", "url=https://form.example/2&unread=&shared=on&title=",
                  content_type=FORM, name="a form that leaves a state empty")


def known_again():
    url = "https://known.example/A/?b=2&a=1+x"
    whole = {
        "url": url, "title": "t", "description": "d", "notes": "n", "unread": True, "shared": True,
        "tag_names": ["a"], "is_archived": True, "date_added": "2020-01-01T00:00:00Z",
        "date_modified": "2020-01-02T00:00:00Z",
    }
    yield post(whole, "an address for the first time", id_as="known")
    again = {"url": "HTTPS://KNOWN.example/A?a=1%20x&b=2", "is_archived": False,
             "date_added": "2021-01-01T00:00:00Z", "date_modified": "2021-01-01T00:00:00Z"}
    yield post(again, "the same address once more")
    for nth, other in enumerate([
        "http://known.example/A/?b=2&a=1+x", "https://known.example/a/?b=2&a=1+x", "https://known.example/A",
        "https://www.known.example/A/?b=2&a=1+x", "https://known.example/A/?b=2&a=1+x#f",
    ]):
        yield post({"url": other, "is_archived": True, "title": str(nth)}, f"another address: {other}")


def changed():
    target = "/api/bookmarks/{full}/"
    for nth, (method, body) in enumerate([
        ("PUT", {"url": "https://full.example/new", "title": "u"}),
        ("PATCH", {"title": "", "description": "", "notes": ""}),
        ("PATCH", {"tag_names": []}), ("PATCH", {"tag_names": ["alpha", "new"]}), ("PATCH", {}),
        ("PATCH", {"is_archived": True, "unread": False}), ("PATCH", {"is_archived": False, "shared": False}),
        ("PATCH", {"date_added": "2024-05-06T07:08:09Z", "date_modified": "2024-05-06T07:08:09Z"}),
        ("PATCH", {"url": "https://least.example/"}),
        ("PUT", {"url": "https://least.example/", "title": "x"}),
        ("PATCH", {"url": "https://full.example/new/"}), ("PATCH", {"url": "https://full.example/a?b=c"}),
        ("PATCH", {"url": "no address"}), ("PATCH", {"id": 5, "website_title": "w"}),
        ("PUT", {"url": "https://full.example/a?b=c", "tag_names": ["Alpha", "two words"], "title": "Full"}),
    ]):
        yield request(method, target, body, name=f"change {nth}: {method} {json.dumps(body)}")
    for method in ["PUT", "PATCH"]:
        yield request(method, "/api/bookmarks/1000000000/", {"url": "https://u.example/"})
        yield request(method, "/api/bookmarks/1000000000/", {"url": "x"},
                      name=f"{method} of nothing by no address")
        yield request(method, target, "[]", name=f"{method} of a list")
        yield request(method, target, "{", name=f"{method} of half an object")
        yield request(method, target, "x", content_type="text/plain", name=f"{method} of a text")
    yield request("GET", target, name="what all changes made of it")


def put_away():
    for action in ["archive", "unarchive"]:
        yield request("POST", f"/api/bookmarks/{{least}}/{action}/")
        yield request("POST", f"/api/bookmarks/{{least}}/{action}/", name=f"{action} twice")
        yield request("GET", "/api/bookmarks/{least}/", name=f"what {action} made of it")
        yield request("POST", f"/api/bookmarks/1000000000/{action}/")
        yield request("POST", f"/api/bookmarks/x/{action}/")
    yield request("GET", "/api/bookmarks/archived/", each="title", name="those that are put away")
    yield request("GET", "/api/bookmarks/archived/?q=away")


def checked():
    for url in ["https://full.example/a?b=c", "HTTPS://full.example/a/?b=c", "https://away.example/",
                "https://nobody.example/ä?x=1&y", "no address"]:
        yield request("GET", f"/api/bookmarks/check/?url={quote(url, safe='')}")
    yield request("GET", "/api/bookmarks/check/")
    yield request("GET", "/api/bookmarks/check/?url=")


def tags():
    yield request("POST", "/api/tags/", {"name": " two more "}, name="a tag", id_as="tag")
    yield request("POST", "/api/tags/", {"name": "ALPHA"}, name="a tag that is there in another case")
    yield request("POST", "/api/tags/", "name=form%2Ctag", content_type=FORM, name="a tag by a form")
    for name, body in [
        ("nothing", {}), ("null", {"name": None}), ("an empty name", {"name": ""}), ("blanks", {"name": " "}),
        ("a long name", {"name": "x" * 65}), ("a list", {"name": []}), ("true", {"name": True}),
        ("another member", {"example": "x"}), ("NUL", {"name": "a\0"}),
    ]:
        yield request("POST", "/api/tags/", body, name=f"refused as tag: {name}")
    yield request("POST", "/api/tags/", "[]", name="refused as tag: a list as body")
    yield request("POST", "/api/tags/", {"name": 7}, name="a number as tag")
    yield request("GET", "/api/tags/{tag}/")
    yield request("GET", "/api/tags/", each="name", name="all tags, those that no bookmark has any longer too")
    yield request("DELETE", "/api/tags/{tag}/")
    yield request("GET", "/api/tags/{tag}/", name="a deleted tag")
    yield request("DELETE", "/api/tags/{tag}/", name="a tag deleted twice")


def without():
    yield request("GET", "/api/bookmarks/shared/?user=nobody&q=nothing&limit=3")
    yield request("GET", "/api/bookmarks/{least}/assets/")
    yield request("GET", "/api/bookmarks/{least}/assets/1000000000/")
    yield request("GET", "/api/bookmarks/{least}/assets/1000000000/download/")
    yield request("DELETE", "/api/bookmarks/{least}/assets/1000000000/")
    yield request("POST", "/api/bookmarks/{least}/assets/upload/", "x", content_type=FORM)
    yield request("POST", "/api/bookmarks/singlefile/", "x", content_type=FORM)
    for method in ["GET", "DELETE"]:
        yield request(method, "/api/bundles/1000000000/")


def searched():
    for day, (title, path, tag_names, more) in enumerate([
        ("Alpha note", "one", ["Book", "c#"], {"description": "say \"hi\"", "unread": True}),
        ("Beta note", "two", ["later"], {"notes": "x and y", "shared": True}),
        ("gamma", "p?q=1#frag", ["book", "later"], {"unread": True}),
        ("Foo_(bar) don't", "-foo/a*", [], {"description": "alpha 100% open end"}),
    ], 1):
        body = {"url": f"https://searched.example/{path}", "title": title, "tag_names": tag_names,
                "date_added": f"2024-01-0{day}T00:00:00Z", "date_modified": f"2024-02-0{day}T00:00:00Z"}
        yield post(body | more, f"to be searched: {title}")
    for query in [
        "alpha note", "alpha or beta", "alpha or beta note", "(alpha or beta) note", "not alpha beta",
        "not(alpha or beta)", "not not alpha", "alpha AND note OR gamma", '"x and y"', '"say \\"hi\\""',
        '"open end', "#Book !untagged", "!UNREAD or #later", "not !untagged", "#c#", "c#", "foo#bar", "alpha!unread",
        '#"x y"', "#a,b", "don't", "Foo_(bar)", "p?q=1#frag", "-foo", "a*", "title:x", "#", '""', "!foo",
        "!foo or #later", "not", "alpha and", "or alpha", "alpha )", "()", "alpha and #", "#boo", "#BOOK", "100%",
        "foo_", "ALPHA", "  alpha   note  ", "andy", "alpha AND NOT note", "!untagged", "#book #later", "'x and y'",
        "searched.example/one", "(", "((alpha))", "not not", "alpha or or beta", "alpha\tnote", "!", "alpha !",
    ]:
        target = f"/api/bookmarks/?sort=added_asc&q={quote(query)}"
        yield request("GET", target, each="title", name=f"search: {query}")


def paged():
    for query in [
        "limit=2", "limit=2&offset=2", "limit=2&offset=3", "limit=2&offset=4", "limit=3&offset=2", "limit=0",
        "limit=-1", "limit=x", "limit=", "offset=-1", "offset=x", "offset=1000", "limit=1.5", "limit=%201",
        "limit=1&limit=2", "limit=2&sort=title_asc&q=e&unread=no", "q=a%20b%26c&limit=1&offset=5",
        "limit=2&unknown=1&%C3%A4=%C3%B6", "limit=2&q", "limit=+2",
    ]:
        target = f"/api/bookmarks/?{query}" + ("" if "q" in query else "&q=searched.example")
        yield request("GET", target, each="title", name=f"page: {query}")
    since = "q=searched.example"
    for query in [
        "sort=added_asc", "sort=added_desc", "sort=modified_asc", "sort=modified_desc", "sort=title_asc",
        "sort=title_desc", "sort=unknown", "sort=", "unread=yes", "unread=no", "unread=true", "unread=off",
        "shared=yes", "shared=no&unread=no", "added_since=2024-01-02T00:00:00Z", "added_since=2024-01-02",
        "added_since=2024-01-02T00:00:00%2B00:00", "added_since=2024-01-02T00:00:00+00:00", "added_since=never",
        "modified_since=2024-02-03T00:00:00Z", "bundle=7", "user=ada", "added_since=20240102", "added_since=2024-01-02T00",
        "sort=title_asc&sort=title_desc", "unread=YES",
    ]:
        yield request("GET", f"/api/bookmarks/?{since}&{query}", each="title", name=f"list: {query}")
    yield request("GET", "/api/bookmarks/?limit=2&q=searched.example", name="whole bookmarks of a page")
    yield request("GET", "/api/bookmarks/archived/?limit=2&sort=title_desc", each="title")


def deleted():
    yield request("DELETE", "/api/bookmarks/{full}/")
    yield request("GET", "/api/bookmarks/{full}/", name="a deleted bookmark")
    yield request("DELETE", "/api/bookmarks/{full}/", name="a bookmark deleted twice")
    yield request("PATCH", "/api/bookmarks/{full}/", {}, name="a deleted bookmark changed")
    yield request("DELETE", "/api/bookmarks/1000000000/")
    yield request("DELETE", "/api/bookmarks/x/")


def last():
    """What is answered differently and would change what comes after it."""
    yield post({"url": "http://b.example:99999/"}, "an address with a port that none can have")
