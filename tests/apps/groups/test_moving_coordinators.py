"""Questions to coordinators that load, move and are away: asked again, and never too often."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.delete_groups_response import DeletableGroupResult, DeleteGroupsResponse
from brokers.wire.messages.find_coordinator_response import Coordinator, FindCoordinatorResponse
from brokers.wire.registry import ApiKey
from streaming.groups import coordinator
from streaming.groups.coordinator import following
from streaming.groups.deletion import delete_groups
from streaming.records.failures import BrokersUnavailable


def refusal(code):
    return Refusal(code, code.name)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(coordinator, "RETRY_SECONDS", 0.001)


class Scripted:
    """A reader whose brokers coordinate groups by their first letter, and forget what is deleted.

    ``troubles`` are met one after the other by requests to a broker, before they do anything; None
    is none.
    """

    def __init__(self, groups, troubles=()):
        self.groups = set(groups)
        self.troubles = list(troubles)
        self.asked = []

    async def ask_any(self, request, _subject):
        assert request.api_key is ApiKey.FIND_COORDINATOR
        rows = [
            Coordinator(key=name, node_id=ord(name[0])) for name in request.message.coordinator_keys
        ]
        return FindCoordinatorResponse(coordinators=rows)

    async def ask(self, node, request, _subject):
        names = request.message.groups_names
        self.asked.append((chr(node), *names))
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, Exception):
            raise trouble
        return DeleteGroupsResponse(results=[self._delete(name, trouble) for name in names])

    def _delete(self, name, trouble):
        if trouble:
            return DeletableGroupResult(name, trouble)
        code = ErrorCode.NONE if name in self.groups else ErrorCode.GROUP_ID_NOT_FOUND
        self.groups.discard(name)
        return DeletableGroupResult(name, code)


async def test_an_attempt_is_repeated_while_the_coordinator_is_on_the_move():
    troubles = [
        refusal(ErrorCode.NOT_COORDINATOR),
        refusal(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE),
        BrokersUnavailable("gone"),
    ]

    async def attempt():
        if troubles:
            raise troubles.pop(0)
        return "done"

    assert await following(attempt) == "done"


async def test_what_will_not_pass_is_raised_at_once_and_everything_in_the_end(monkeypatch):
    tries = []

    async def attempt(code):
        tries.append(code)
        raise refusal(code)

    with pytest.raises(Refusal, match="GROUP_AUTHORIZATION_FAILED"):
        await following(lambda: attempt(ErrorCode.GROUP_AUTHORIZATION_FAILED))
    assert len(tries) == 1

    monkeypatch.setattr(coordinator, "ANSWER_SECONDS", 0.5)
    with pytest.raises(Refusal, match="NOT_COORDINATOR"):
        await following(lambda: attempt(ErrorCode.NOT_COORDINATOR))
    assert len(tries) > 2


@pytest.mark.parametrize("trouble", [ErrorCode.NOT_COORDINATOR, BrokersUnavailable("gone")])
async def test_a_group_that_is_deleted_is_not_asked_for_again(trouble):
    reader = Scripted({"a1", "a2", "b1"}, troubles=[None, trouble])
    refused = await delete_groups(reader, ["a1", "a2", "b1", "a3"])
    assert reader.asked == [("a", "a1", "a2", "a3"), ("b", "b1"), ("b", "b1")]
    assert reader.groups == set()
    assert {name: each.code for name, each in refused.items()} == {
        "a3": ErrorCode.GROUP_ID_NOT_FOUND
    }
