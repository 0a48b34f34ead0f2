/** Finds web addresses in plain text, so that they can be opened without ever treating text as HTML. */

export interface Piece {
  text: string;
  href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"']+/g;
/** Marks that end a sentence rather than an address. */
const TAIL = /[.,;:!?)\]}…]+$/;

/** Cut text into plain pieces and addresses (http and https only); joined, the pieces are the text again. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TAIL, '');
    if (!URL.canParse(address)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index), href: null });
    found.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), href: null });
  return found;
}
