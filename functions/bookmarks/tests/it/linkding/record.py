"""Records the answers of a linkding: sends the requests of exchanges.py, and writes them with their answers.

record.py URL TOKEN > recorded.json

URL is that of a linkding whose user has no bookmarks and no tags. It has LD_DISABLE_BACKGROUND_TASKS=True and
LD_DISABLE_ASSET_UPLOAD=True, and its language is English. Ids and dates of the day are recorded as names, so
that another recording differs only where linkding does. What is recorded of a list may be one member of each
of its results (`each`).
"""

import http.client
import json
import re
import sys
from urllib.parse import urlsplit

from exchanges import exchanges

# What is sent has earlier dates.
RECENT = "2026"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
SNAPSHOT = re.compile(r"(https://web\.archive\.org/web/)(\d{14})/")


class Recorder:
    """A connection, and the names that ids have had so far."""

    def __init__(self, url, token):
        self.base = urlsplit(url)
        self.token = token
        self.named = {}
        self.names = {}

    def send(self, exchange):
        target = re.sub(r"\{(\w+)\}", lambda name: str(self.named[name[1]]), exchange["target"])
        headers = dict(exchange.get("headers", {}))
        headers.setdefault("authorization", "Token {token}")
        headers = {name: text.replace("{token}", self.token) for name, text in headers.items() if text}
        connection = http.client.HTTPConnection(self.base.netloc)
        body = exchange.get("body")
        connection.request(exchange["method"], self.base.path + target, body and body.encode(), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        is_json = answer.headers.get_content_type() == "application/json"
        value = json.loads(text) if is_json and text else None
        if "as" in exchange:
            self.named[exchange["as"]] = value["id"]
        return answer, value

    def record(self, exchange):
        answer, value = self.send(exchange)
        exchange = exchange | {"status": answer.status}
        for header in ("content-type", "www-authenticate"):
            if header in answer.headers and answer.status != 204:
                exchange[header] = answer.headers[header]
        if value is not None:
            exchange["answer"] = self.without_ids_and_dates(value, exchange["target"])
        if "each" in exchange and "answer" in exchange:
            results = exchange["answer"]["results"]
            exchange["answer"]["results"] = [result[exchange["each"]] for result in results]
        return exchange

    def without_ids_and_dates(self, value, target):
        """A value whose ids are numbered in the order in which they appear, each kind for itself."""
        if isinstance(value, list):
            return [self.without_ids_and_dates(item, target) for item in value]
        if isinstance(value, dict):
            return {name: self.member(name, item, target) for name, item in value.items()}
        if isinstance(value, str):
            if DATE.fullmatch(value) and value >= RECENT:
                return "now"
            snapshot = SNAPSHOT.match(value)
            if snapshot and snapshot[2] >= RECENT:
                return f"{snapshot[1]}now/{value[snapshot.end():]}"
            return value.replace(f"{self.base.scheme}://{self.base.netloc}{self.base.path}", "{base}", 1)
        return value

    def member(self, name, value, target):
        if name == "id":
            kind = target.split("/")[2]
            count = sum(known == kind for known, _ in self.names) + 1
            return self.names.setdefault((kind, value), f"{kind} {count}")
        return self.without_ids_and_dates(value, target)


def main(url, token):
    recorder = Recorder(url, token)
    answer, health = recorder.send({"method": "GET", "target": "/health", "headers": {}})
    assert answer.status == 200, answer.status
    lines = [json.dumps(recorder.record(exchange), ensure_ascii=False) for exchange in exchanges()]
    made = f"linkding {health['version']}, by record.py beside this file"
    print(f'{{"of": {json.dumps(made)},\n"exchanges": [')
    print(",\n".join(lines))
    print("]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
