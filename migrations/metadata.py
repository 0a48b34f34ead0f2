"""The tables as the models say they are: every domain's rows in one place, for Alembic and for tests."""

import cases.models
import identity_resolution.models
import inbox.models
import knowledge_base.models
import routing.models
import scheduler.models
import staff.models
from kernel.db import Base

MODELS = (cases.models, identity_resolution.models, inbox.models, knowledge_base.models, routing.models, scheduler.models, staff.models)
METADATA = Base.metadata
