"""Search over messages and customers, limited to what the agent may see."""

from typing import Annotated

from pydantic import StringConstraints

from api.route import Call, Routes
from api.schemas.common import Named, Paging, Prose
from api.schemas.desk import CustomerHit, HitPage, MessageHit
from identity_resolution.values import CustomerProfile
from inbox import customers, search
from kernel.uow import UnitOfWork

routes = Routes("search")

_MOST_CUSTOMERS = 5


class SearchQuery(Paging):
    """Words: all must be there, the last may be unfinished."""

    q: Annotated[Prose, StringConstraints(max_length=400)] = ""


@routes.route("GET", "/api/v1/search", answers={200: HitPage})
async def find(call: Call, query: SearchQuery) -> HitPage:
    """Return a few customers, on the first page, and messages that have the words, newest first."""
    async with call.house.factory.reading() as uow:
        people = await _people(call, uow, query.q) if query.cursor is None and search.words_of(query.q) else []
        found = await search.messages(uow, call.viewer, call.house.directory, query.q, query.cursor, query.limit)
    return HitPage(items=[*people, *(MessageHit.of(hit) for hit in found.items)], next=found.next)


async def _people(call: Call, uow: UnitOfWork, words: str) -> list[CustomerHit]:
    found = await customers.page(uow, call.viewer, words, None, _MOST_CUSTOMERS)
    return [CustomerHit(customer=Named(id=profile.id, name=profile.name), snippet=_snippet(profile, words)) for profile in found.items]


def _snippet(profile: CustomerProfile, words: str) -> str:
    wanted = search.words_of(words)
    texts = [profile.name, *(identity.value for identity in profile.identities)]
    snippets = [search.snippet(text, wanted) for text in texts]
    # The first that was hit, else how this customer is reached.
    return next((snippet for snippet in snippets if search.START in snippet), texts[-1])
