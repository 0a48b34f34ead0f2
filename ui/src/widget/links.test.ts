/** Addresses in text become links, and nothing else does. */
import { describe, expect, it } from 'vitest';
import { pieces } from './links';

describe('pieces', () => {
  it.each([
    ['See https://example.com/a?b=1.', ['https://example.com/a?b=1']],
    ['(http://example.com)', ['http://example.com/']],
    ['javascript:alert(1) data:text/html,x', []],
    ['https:// and https://[', []],
    ['no address', []],
    ['', []],
  ])('finds the addresses in %j and loses no text', (text, addresses) => {
    const found = pieces(text);
    expect(found.map((piece) => piece.text).join('')).toBe(text);
    const hrefs = found.flatMap((piece) => (piece.href === null ? [] : [new URL(piece.href).href]));
    expect(hrefs).toEqual(addresses);
  });
});
