/** Who else gets a reply: read as people type and paste, refused with a reason, shown in few words. */
import { describe, expect, test } from 'vitest';
import { addressed, firstOf } from '../../src/workspace/addressed';
import { faultOf, peopleIn, withPeople, written } from '../../src/workspace/recipients';
import { message } from '../support';

const bare = (...addresses: string[]) => addresses.map((address) => ({ name: null, address }));

describe('people are read', () => {
  test.each([
    ['one address', 'ada@lamps.example', bare('ada@lamps.example')],
    ['commas and semicolons', 'a@x.example, b@x.example;c@x.example', bare('a@x.example', 'b@x.example', 'c@x.example')],
    ['lines of a table', 'a@x.example\r\nb@x.example\tc@x.example', bare('a@x.example', 'b@x.example', 'c@x.example')],
    ['spaces between nothing but addresses', 'a@x.example b@x.example', bare('a@x.example', 'b@x.example')],
    ['a name with its address', 'Ada Quist <ada@x.example>', [{ name: 'Ada Quist', address: 'ada@x.example' }]],
    ['a comma within a name', '"Quist, Ada" <ada@x.example>, b@x.example', [{ name: 'Quist, Ada', address: 'ada@x.example' }, ...bare('b@x.example')]],
    ['a link', 'mailto:ada@x.example', bare('ada@x.example')],
    ['a quotation mark that is never closed', '"Ada <a@x.example>\nb@x.example', [{ name: 'Ada', address: 'a@x.example' }, ...bare('b@x.example')]],
    ['nothing', ' ,;\n ', []],
  ])('from %s', (_, text, people) => expect(peopleIn(text)).toEqual(people));

  test('what is no address is kept, to be seen and mended', () => expect(peopleIn('ada quist')).toEqual(bare('ada quist')));
});

describe('an address', () => {
  test.each(['ada@lamps.example', "o'brien+orders@a-b.co.example", 'ada@lämpchen.example', 'x@مثال.example'])('%s can be written to', (address) => {
    expect(faultOf(address)).toBeNull();
  });
  test.each([
    ['ada', 'noAt'],
    ['@lamps.example', 'noName'],
    ['ada@', 'noDomain'],
    ['ada@lamps', 'noDot'],
    ['ada quist@lamps.example', 'sign'],
    ['ada..q@lamps.example', 'sign'],
    ['ada@lamps..example', 'sign'],
    ['ada@lamps.example\nBcc: x@y.example', 'sign'],
    [`${'a'.repeat(65)}@lamps.example`, 'sign'],
  ])('%s is refused: %s', (address, fault) => expect(faultOf(address)).toBe(fault));
});

test('nobody stands there twice, however the address is written', () => {
  expect(withPeople(bare('Ada@x.example'), bare('ada@X.example', 'b@x.example', 'B@x.example'))).toEqual(bare('Ada@x.example', 'b@x.example'));
});

test('a name can end nothing early on its way', () => {
  expect(written({ name: 'Ada "Q" <boss@x.example>,\nBcc: y', address: 'ada@x.example' })).toBe('Ada Q boss@x.example , Bcc: y <ada@x.example>');
  expect(written({ name: null, address: 'ada@x.example' })).toBe('ada@x.example');
});

describe('to whom a message went', () => {
  const cc = (address: string) => ({ name: null, address, role: 'cc' as const });

  test('is told by places, a reply’s own recipient first', () => {
    const delivery = { state: 'sent' as const, recipient: 'ada@x.example', attempts: 1, error: null, undo_until: null };
    const sent = message({ direction: 'out', delivery, participants: [cc('b@x.example'), { name: 'C', address: 'c@x.example', role: 'bcc' }] });
    expect(addressed(sent).map(({ place, people }) => [place, people.map((each) => each.address)])).toEqual([
      ['to', ['ada@x.example']],
      ['cc', ['b@x.example']],
      ['bcc', ['c@x.example']],
    ]);
  });

  test.each([
    [3, 3, 0],
    [4, 4, 0],
    [5, 3, 2],
    [40, 3, 37],
  ])('of %d people %d are shown and %d are left', (n, shown, left) => {
    const lines = addressed(message({ participants: Array.from({ length: n }, (_, nth) => cc(`${nth}@x.example`)) }));
    const first = firstOf(lines, 3);
    expect([first.lines.flatMap((line) => line.people).length, first.left]).toEqual([shown, left]);
  });
});
