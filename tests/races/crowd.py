"""Sixty-four clients in eight processes of eight threads, who all act at the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, Concatenate, ParamSpec, TypeVar

PROCESSES, THREADS = 8, 8
CLIENTS = PROCESSES * THREADS
PATIENCE = 120  # seconds

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Crowd:
    """The lines to the processes; a client is known by its number, from 0."""

    lines: tuple[Connection, ...]

    def all_at_once(
        self, act: Callable[Concatenate[int, Given], Answer], *args: Given.args, **kwargs: Given.kwargs
    ) -> list[Answer]:
        """Let every client do the same, none before all are there, and return their answers in the clients' order."""
        for line in self.lines:
            line.send((act, args, kwargs))
        answers: list[Any] = [answer for line in self.lines for answer in _received(line)]
        failures = [answer for answer in answers if isinstance(answer, Exception)]
        if failures:
            raise failures[0]
        return answers


@contextmanager
def gathered() -> Iterator[Crowd]:
    """Start the processes, and end them afterwards."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(["tests.races.clients"])  # the app is read once, not by each process
    barrier = forking.Barrier(CLIENTS)
    pairs = [forking.Pipe() for _ in range(PROCESSES)]
    started = [
        forking.Process(target=_serve, args=(there, barrier, number * THREADS))
        for number, (_, there) in enumerate(pairs)
    ]
    for process in started:
        process.start()
    try:
        yield Crowd(tuple(here for here, _ in pairs))
    finally:
        for (here, _), process in zip(pairs, started, strict=True):
            here.send(None)
            process.join(PATIENCE)


def _received(line: Connection) -> list[Any]:
    if not line.poll(PATIENCE):
        raise TimeoutError("a process of the crowd does not answer")
    answers: list[Any] = line.recv()
    return answers


def _serve(line: Connection, barrier: Barrier, first: int) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        while order := line.recv():
            act, args, kwargs = order

            def together(number: int, act: Any = act, args: Any = args, kwargs: Any = kwargs) -> Any:
                barrier.wait(PATIENCE)
                try:
                    return act(number, *args, **kwargs)
                except Exception as failure:  # it is raised again where the crowd was asked
                    return failure

            line.send(list(threads.map(together, range(first, first + THREADS))))
