"""Who answers the chunks on a Dask cluster: workers that load the rules once. The only place that knows Dask."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from recommender.batch.answering import Answering
from recommender.batch.rows import Answered, Chunk, FileForm, Options
from recommender.errors import RecommenderError
from recommender.loaders.checked_settings import load_settings
from recommender.service.recommend import load_recommender

try:
    from distributed import Client, Future, WorkerPlugin, get_worker
except ImportError as error:
    raise RecommenderError("A cluster needs Dask: pip install 'back-routine-recommender[cluster]'.") from error

_AHEAD = 3
"""How many chunks for each thread of the cluster are sent before their turn."""
_SECONDS_FOR_A_WORKER = 60


class RuleSetPlugin(WorkerPlugin):
    """Loads the rules on a worker, once; a worker with other rules than the run is refused."""

    def __init__(self, rule_set: str, options: Options, form: FileForm) -> None:
        self.name = f"recommender-{rule_set[:12]}"
        self._rule_set = rule_set
        self._options = options
        self._form = form
        self.answering: Answering | None = None

    def setup(self, worker: Any) -> None:
        """Load the rules that the settings of the worker name.

        Raises:
            RecommenderError: they are not those of the run, or are not sound.
        """
        recommender = load_recommender(load_settings())
        if recommender.content.hash != self._rule_set:
            found = recommender.content.hash[:12]
            raise RecommenderError(f"A worker has the rules {found}, and the run is of {self._rule_set[:12]}.")
        if recommender.faults:
            raise RecommenderError("The self-test of a worker found differences; it answers nothing.")
        self.answering = Answering(recommender, self._options, self._form)


class Cluster:
    """The workers of one scheduler."""

    def __init__(self, client: Client, plugin: str) -> None:
        self._client = client
        self._plugin = plugin

    def in_order(self, every: Iterable[Chunk]) -> Iterator[Answered]:
        """Yield what came of each chunk, in their order.

        Raises:
            RecommenderError: a worker could not answer.
        """
        waiting: deque[Future[Answered]] = deque()
        chunks = iter(every)
        while True:
            room = max(1, _AHEAD * sum(self._client.nthreads().values())) - len(waiting)
            for chunk in islice(chunks, max(0, room)):
                waiting.append(self._client.submit(_answer, self._plugin, chunk, pure=False))
            if not waiting:
                return
            yield _result(waiting.popleft())


@contextmanager
def on_cluster(address: str, rule_set: str, options: Options, form: FileForm) -> Iterator[Cluster]:
    """Reach the scheduler at an address, and have its workers load the rules.

    Raises:
        RecommenderError: it is not reached, has no worker, or one of them has other rules.
    """
    plugin = RuleSetPlugin(rule_set, options, form)
    try:
        client = Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RecommenderError(f"The scheduler at {address} is not reached: {error}.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_FOR_A_WORKER)
        except TimeoutError as error:
            raise RecommenderError(f"The scheduler at {address} has no worker.") from error
        try:
            client.register_plugin(plugin)
        except Exception as error:  # whatever went wrong on a worker comes here as it was raised there
            raise RecommenderError(f"A worker cannot load the rules: {error}") from error
        yield Cluster(client, plugin.name)


def _answer(plugin: str, chunk: Chunk) -> Answered:
    """Answer a chunk on a worker."""
    loaded = get_worker().plugins[plugin]
    assert isinstance(loaded, RuleSetPlugin) and loaded.answering is not None
    return loaded.answering.chunk(chunk)


def _result(future: Future[Answered]) -> Answered:
    try:
        found = future.result()
    except Exception as error:  # of the cluster, or as it was raised on a worker
        told = str(error) or type(error).__name__
        raise RecommenderError(f"The cluster could not answer: {told} Run the same command again to go on.") from error
    assert isinstance(found, Answered)
    return found
