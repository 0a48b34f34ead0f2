"""Text that its writer's program broke into lines for the way, joined again (RFC 3676, format=flowed); quote depth and signature line stay."""

_SIGNATURE = "-- "
_MOST_LINES = 20_000


def joined(text: str, *, deletes_space: bool = False) -> str:
    """Return flowed text with its paragraphs a line each, in one pass.

    A line that ends in a space goes on in the next one of the same quote depth (`deletes_space`: without that space, for scripts that
    use none). Differently from RFC 3676 §4.1 an empty line stays: programs leave spaces at the end of paragraphs, and readers need the gap.
    Text of more than 20,000 lines stays as it is.
    """
    if text.count("\n") > _MOST_LINES:
        return text
    out: list[str] = []
    open_depth = -1  # of the paragraph that goes on, -1 where none does
    pieces: list[str] = []
    for line in text.split("\n"):
        depth, content = _parted(line)
        is_fixed = content == _SIGNATURE or not content.endswith(" ")
        if pieces and (depth != open_depth or not content or content == _SIGNATURE):
            out.append(_written(open_depth, pieces))
            pieces = []
        pieces.append(content[:-1] if deletes_space and not is_fixed else content)
        open_depth = depth
        if is_fixed:
            out.append(_written(open_depth, pieces))
            pieces = []
    if pieces:
        out.append(_written(open_depth, pieces))
    return "\n".join(out)


def _parted(line: str) -> tuple[int, str]:
    """Return a line's quote depth and what stands behind it, without the space that was put there for the way (RFC 3676 §4.4)."""
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _written(depth: int, pieces: list[str]) -> str:
    content = "".join(pieces)
    shown = content if content == _SIGNATURE else content.rstrip(" ")
    return f"{'>' * depth} {shown}" if depth and shown else f"{'>' * depth}{shown}"
