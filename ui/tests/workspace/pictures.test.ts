/** Pictures in a text: a mark each, which goes when its file goes and shows nothing that is not the message's own. */
import { expect, test } from 'vitest';
import type { Attachment } from '../../src/shared/api';
import { inWords, mark, newKey, pieces, withId, withMark, withoutMark, withoutWaiting } from '../../src/workspace/pictures';

const file = (id: string, media_type = 'image/png'): Attachment => ({ id, name: `${id}.png`, media_type, size: 9, url: `/api/v1/attachments/${id}` });

test('a picture stands where the caret was, then has the id of its file', () => {
  const key = newKey();
  const put = withMark('See  please', 4, 'lamp.png', key);
  expect(put.text.slice(put.caret)).toBe(' please');
  expect(withId(put.text, key, '42')).toBe('See ![lamp.png](attachment:42) please');
});

test('a name cannot end its mark early', () => {
  expect(mark('a](attachment:7) [b\n.png', '42')).toBe('![a (attachment:7) b .png](attachment:42)');
});

test('a file that is taken away takes its marks along, and no other', () => {
  expect(withoutMark('![a](attachment:1) ![b](attachment:12) ![a](attachment:1)', '1')).toBe(' ![b](attachment:12) ');
});

test('what never arrived leaves no mark in a draft', () => {
  expect(withoutWaiting(`a${mark('x', newKey())}b ![c](attachment:3)`)).toBe('ab ![c](attachment:3)');
});

test('a line without room says the name', () => expect(inWords('See ![lamp.png](attachment:42)!')).toBe('See [lamp.png]!'));

test('only a message’s own pictures are shown; links and other marks stay what they are', () => {
  const text = 'See ![lamp](attachment:1) at https://a.example ![theirs](attachment:9) ![list](attachment:2)';
  expect(pieces(text, [file('1'), file('2', 'image/svg+xml')]).map((piece) => piece.picture?.id ?? piece.href ?? piece.text)).toEqual([
    'See ',
    '1',
    ' at ',
    'https://a.example',
    ' ![theirs](attachment:9) ![list](attachment:2)',
  ]);
});
