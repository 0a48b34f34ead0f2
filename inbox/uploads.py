"""Files: what agents put up, and what is given out again."""

import puremagic

from inbox.messages import file_view
from inbox.models import Attachment
from inbox.repositories.reading import ReadingRepository
from inbox.views import FileView
from kernel.blobs import Blobs
from kernel.errors import Invalid, NotFound
from kernel.text import clean
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff.values import Viewer


async def keep(factory: UnitOfWorkFactory, blobs: Blobs, viewer: Viewer, *, name: str, declared_type: str, content: bytes) -> FileView:
    """Keep a file that an agent wants to send along; its type is told by its content where that says one.

    Raises:
        Invalid: it is empty.
    """
    if not content:
        raise Invalid("The file is empty.")
    safe_name = clean(name.replace("\\", "/").rsplit("/", 1)[-1]).strip().strip(".")[:200] or "file"
    digest = await blobs.put(content)
    async with factory() as uow:
        row = Attachment(
            id=uow.ids(), message_id=None, uploaded_by=viewer.agent_id, name=safe_name, media_type=media_type_of(content, declared_type), size=len(content),
            digest=digest, content_id=None, is_inline=False,
        )  # fmt: skip
        ReadingRepository(uow.session, viewer.inbox_ids).add_file(row)
    return file_view(row)


async def attachment(uow: UnitOfWork, viewer: Viewer, attachment_id: int) -> FileView:
    """Return a file of a message that the viewer may see, or one of their own uploads; otherwise NotFound."""
    row, message = await ReadingRepository(uow.session, viewer.inbox_ids).file(attachment_id)
    allowed = viewer.may_see(message.inbox_id) if message is not None else row.uploaded_by == viewer.agent_id
    if not allowed:
        raise NotFound("attachment", attachment_id)
    return file_view(row)


def media_type_of(content: bytes, declared: str) -> str:
    """Return the media type that the content shows, else the declared one, else application/octet-stream."""
    try:
        shown = puremagic.from_string(content[:65_536], mime=True)
    except (puremagic.PureError, ValueError):
        shown = ""
    declared = declared.split(";", maxsplit=1)[0].strip().lower()
    return shown or (declared if "/" in declared and declared.isascii() else "application/octet-stream")
