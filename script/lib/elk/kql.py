# SPDX-License-Identifier: ISC
"""The part of Kibana's query language that the dashboards use.

parse(text) gives a tree of tuples:
    ("and" | "or", [tree, ...])    ("not", tree)
    ("is", field, value)           value: str, int or bool; a str stood in quotes
    ("exists", field)              ("range", field, "gte" | "gt" | "lte" | "lt", number)
to_query(tree) is the engine query that Kibana 7.10 makes of it; matches(tree, document) answers it
without an engine, for keywords, numbers and booleans. What is outside this part raises KqlError.
"""

import re

TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<sign>>=|<=|>|<|:|\(|\))|(?P<word>[^\s():<>"]+))')
COMPARISONS = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt"}


class KqlError(Exception):
    pass


def parse(text: str) -> tuple:
    tokens = _tokens(text)
    tree = _any_of(tokens)
    if tokens:
        raise KqlError(f"unexpected {tokens[0][1]!r} in {text!r}")
    return tree


def fields(tree: tuple) -> set[str]:
    if tree[0] in ("and", "or"):
        return set().union(*(fields(part) for part in tree[1]))
    return fields(tree[1]) if tree[0] == "not" else {tree[1]}


def to_query(tree: tuple) -> dict:
    kind = tree[0]
    if kind == "and":
        return {"bool": {"filter": [to_query(part) for part in tree[1]]}}
    if kind == "or":
        return _one_of([to_query(part) for part in tree[1]])
    if kind == "not":
        return {"bool": {"must_not": to_query(tree[1])}}
    if kind == "exists":
        return _one_of([{"exists": {"field": tree[1]}}])
    if kind == "range":
        return _one_of([{"range": {tree[1]: {tree[2]: tree[3]}}}])
    return _one_of([{"match_phrase" if isinstance(tree[2], str) else "match": {tree[1]: tree[2]}}])


def matches(tree: tuple, document: dict) -> bool:
    kind = tree[0]
    if kind == "and":
        return all(matches(part, document) for part in tree[1])
    if kind == "or":
        return any(matches(part, document) for part in tree[1])
    if kind == "not":
        return not matches(tree[1], document)
    found = values(document, tree[1])
    if kind == "exists":
        return bool(found)
    if kind == "range":
        compare = {"gte": lambda a, b: a >= b, "gt": lambda a, b: a > b,
                   "lte": lambda a, b: a <= b, "lt": lambda a, b: a < b}[tree[2]]
        return any(compare(value, tree[3]) for value in found)
    return any(value == tree[2] and isinstance(value, bool) == isinstance(tree[2], bool) for value in found)


def values(document: dict, field: str) -> list:
    """What stands in a field: none, one or, in a list, several values."""
    found = document
    for name in field.split("."):
        if not isinstance(found, dict) or name not in found:
            return []
        found = found[name]
    return found if isinstance(found, list) else [found]


def _one_of(queries: list[dict]) -> dict:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        found = TOKEN.match(text, position)
        if not found:
            raise KqlError(f"no token at {text[position:]!r}")
        tokens.append((found.lastgroup, found.group(found.lastgroup)))
        position = found.end()
    return tokens


def _next(tokens: list, *expected: str) -> str:
    if not tokens or (expected and tokens[0][1] not in expected):
        raise KqlError(f"expected {' or '.join(expected) or 'more'}, not {tokens[0][1] if tokens else 'the end'!r}")
    return tokens.pop(0)[1]


def _is_word(tokens: list, word: str) -> bool:
    return bool(tokens) and tokens[0][0] == "word" and tokens[0][1].lower() == word


def _list(tokens: list, word: str, part) -> tuple:
    parts = [part(tokens)]
    while _is_word(tokens, word):
        tokens.pop(0)
        parts.append(part(tokens))
    return parts[0] if len(parts) == 1 else (word, parts)


def _any_of(tokens: list) -> tuple:
    return _list(tokens, "or", lambda rest: _list(rest, "and", _negated))


def _negated(tokens: list) -> tuple:
    if _is_word(tokens, "not"):
        tokens.pop(0)
        return ("not", _negated(tokens))
    if tokens and tokens[0] == ("sign", "("):
        tokens.pop(0)
        tree = _any_of(tokens)
        _next(tokens, ")")
        return tree
    return _comparison(tokens)


def _comparison(tokens: list) -> tuple:
    field = _next(tokens)
    sign = _next(tokens, ":", *COMPARISONS)
    if sign != ":":
        return ("range", field, COMPARISONS[sign], int(_next(tokens)))
    if tokens and tokens[0] == ("sign", "("):
        tokens.pop(0)
        tree = _list(tokens, "or", lambda rest: ("is", field, _value(rest)))
        _next(tokens, ")")
        return tree
    if tokens and tokens[0] == ("word", "*"):
        tokens.pop(0)
        return ("exists", field)
    return ("is", field, _value(tokens))


def _value(tokens: list) -> str | int | bool:
    quoted = tokens and tokens[0][0] == "string"
    text = _next(tokens)
    if quoted:
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if text in ("true", "false"):
        return text == "true"
    if not re.fullmatch(r"-?[0-9]+", text):
        raise KqlError(f"a text stands in quotes: {text!r}")
    return int(text)
