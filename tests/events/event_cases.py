"""Runs a case of ``data/event_cases.yaml``: brings about ``given``, forgets what was told of it, does ``do``, and compares what
came to subscribers with ``expect``.

Sentences are in the words of ``event_acts`` (what is done), ``event_givens`` (what is there before) and ``event_expected``.
Several clauses of one sentence may share their subject (``T renames A1, moves its due date``), and ``it`` is what was
spoken of last. A clause that nobody understands fails the case, so that nothing passes unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from tests.events.event_world import Stage, g

DATA = Path(__file__).parent / "data"

WHO = (
    r"(?P<who>(?:[Tt]he )?(?:final grader|teacher|tool|LTI tool|student|administrator)"
    r"|[Aa]n? (?:LTI )?tool|[Aa]n admin(?:istrator)?"
    r"|T|TA\d?|AD|S\d)(?: (?:acting|masquerading) as (?P<mask>T|TA\d?|AD|S\d))?"
)
PARTS = {
    "who": WHO,
    "student": r"(?:the anonymous )?(?P<student>S\d)",
    "students": r"(?P<students>(?:the anonymous )?S\d(?:(?:, | and |, and )S\d)*"
    r"|all students|every student|everybody|each student)",
    "assignment": r"(?P<assignment>A\d|it)",
    "of_assignment": r"(?: (?:of|on|for) (?P<assignment>A\d|it))?",
    "value": r"(?P<value>-?\d+(?:\.\d+)?(?: ?%)?|[\"'“][^\"'”]+[\"'”]|[A-F][+-]?|(?:in)?complete|pass|fail|letter grade \S+)",
    "number": r"(?P<number>-?\d+(?:\.\d+)?)",
    "the": r"(?:the |a |an )?",
}
SEPARATORS = re.compile(r"; then |; |, then |, and |, | and then | then | and |\. ")
"""What clauses are joined by."""

Word = Callable[..., None]


class Grammar:
    """Clauses with what understands them."""

    def __init__(self, fallback: Grammar | None = None) -> None:
        """``fallback`` understands what this grammar does not."""
        self._words: list[tuple[re.Pattern[str], Word]] = []
        self._fallback = fallback

    def word(self, *patterns: str) -> Callable[[Word], Word]:
        """The function understands these clauses; names in braces are ``PARTS``, groups with a name its arguments."""

        def learn(function: Word) -> Word:
            for pattern in patterns:
                full = re.sub(r"\{(\w+)\}", lambda match: PARTS.get(match[1], match[0]), pattern)
                self._words.append((re.compile(full, re.DOTALL), function))
            return function

        return learn

    def read(self, text: str, subject: str | None = None) -> list[tuple[Word, dict[str, Any]]] | None:
        """The text as clauses, ``None`` when it is not to be understood. Longer clauses come before shorter ones."""
        text = text.strip().rstrip(".")
        whole = self._clause(text, subject)
        if whole is not None:
            return [whole]
        for cut in reversed(list(SEPARATORS.finditer(text))):
            first = self._clause(text[: cut.start()].strip(), subject)
            if first is None:
                continue
            rest = self.read(text[cut.end() :], first[1].get("who") or subject)
            if rest is not None:
                return [first, *rest]
        return None

    def _clause(self, text: str, subject: str | None) -> tuple[Word, dict[str, Any]] | None:
        for candidate in (text, *([f"{subject} {text}"] if subject else ())):
            for pattern, function in self._words:
                if match := pattern.fullmatch(candidate):
                    return function, match.groupdict()
        return self._fallback._clause(text, subject) if self._fallback else None


class Case:
    """One case, with what its run remembers."""

    def __init__(self, stage: Stage, case: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
        self.stage = stage
        self.case = case
        self.known = known
        self.ended = ExitStack()
        """What is closed when the case is over."""
        self.person = "T"
        self.student = "S1"
        self.assignment = "A1"
        self.provisional: int | None = None
        self.at_once = False
        """Whether acts are only to bring about a state: then people use programs."""
        self.collected: dict[str, list[Any]] = {"canvas": [], "caliper": []}
        self.outlets: dict[str, Any] = {}
        """Other subscriptions that the case asked for: queues, receivers."""

    def run(self) -> None:
        from tests.events.event_acts import ACTS
        from tests.events.event_expected import compare
        from tests.events.event_givens import GIVENS

        with self.ended:
            self.at_once = True
            self.speak(GIVENS, self.case.get("given"))
            self.stage.collect()
            self.at_once = False
            self.person = str(self.case.get("as") or "T")
            self.speak(ACTS, self.case["do"])
            self._collect()
            compare(self)

    def _collect(self) -> None:
        for name, events in self.stage.collect().items():
            self.collected[name] += events

    def speak(self, grammar: Grammar, sentence: Any) -> None:
        """Do what a sentence, or each of several, says."""
        if sentence is None:
            return
        for text in sentence if isinstance(sentence, list) else [sentence]:
            clauses = grammar.read(" ".join(str(text).split()), self.person if grammar.read(str(text)) is None else None)
            if clauses is None:
                raise NotImplementedError(f"{self.case['id']}: {text}")
            for function, groups in clauses:
                self._perform(function, groups)

    def _perform(self, function: Word, groups: dict[str, Any]) -> None:
        """Call what understands a clause. People, students and assignments become names; what is not said is what was spoken
        of last."""
        said = {name: value for name, value in groups.items() if value is not None}
        if "who" in said:
            said["who"] = self.person = self._name(said["who"])
        if said.get("assignment") not in {None, "it"}:
            self.assignment = said["assignment"]
        if "assignment" in groups:
            said["assignment"] = self.assignment
        if "student" in said:
            self.student = said["student"]
        elif "student" in groups:
            said["student"] = self.student
        if "students" in groups:
            said["students"] = self._students(said.get("students"))
        self.stage.mask = said.pop("mask", None)
        function(self, **said)
        self.stage.mask = None

    def _name(self, who: str) -> str:
        if "tool" in who:
            return "tool"
        if "final grader" in who or "teacher" in who:
            return "T"
        if "admin" in who:
            return "AD"
        return self.student if "student" in who else who

    def _students(self, text: str | None) -> list[str]:
        if text is None:
            return [self.student]
        found = re.findall(r"S\d", text) or ["S1", "S2", "S3"]
        self.student = found[-1]
        return found


def resolve(value: Any) -> Any:
    """The value with ``g(n)`` as the global id."""
    if isinstance(value, Mapping):
        return {name: resolve(one) for name, one in value.items()}
    if isinstance(value, list):
        return [resolve(one) for one in value]
    if isinstance(value, str) and (match := re.fullmatch(r"g\((\d+)\)", value)):
        return g(int(match[1]))
    return value


def load(name: str = "event_cases.yaml") -> dict[str, dict[str, Any]]:
    """The cases of a file by their ids."""
    content = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return {case["id"]: case for case in content["cases"]}
