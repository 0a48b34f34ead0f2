/** Reads the marks that the server puts around matches in a snippet. */

export interface SnippetPiece {
  text: string;
  isHit: boolean;
}

/** Cut at \u0002 and \u0003; an unclosed mark runs to the end. */
export function marked(snippet: string): SnippetPiece[] {
  return snippet.split('\u0002').flatMap((part, nth) => {
    if (nth === 0) return part ? [{ text: part, isHit: false }] : [];
    const [hit = '', ...rest] = part.split('\u0003');
    const after = rest.join('');
    return after ? [{ text: hit, isHit: true }, { text: after, isHit: false }] : [{ text: hit, isHit: true }];
  });
}
