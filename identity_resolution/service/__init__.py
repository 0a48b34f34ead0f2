"""The verbs of identity resolution: whose messages these are, what is known of a customer, and merges that can be undone."""

from identity_resolution.service.merging import answer, merge, roots_of_link, sides_of, undo_merge
from identity_resolution.service.profiles import cards_page, edit, identities_of, leaves_of, names, page, profile, profiles, roots_of
from identity_resolution.service.resolving import resolve_all

__all__ = [
    "answer",
    "cards_page",
    "edit",
    "identities_of",
    "leaves_of",
    "merge",
    "names",
    "page",
    "profile",
    "profiles",
    "resolve_all",
    "roots_of",
    "roots_of_link",
    "sides_of",
    "undo_merge",
]
