/** What a screen reader is told. */
import { describe, expect, it } from 'vitest';
import { Announcer } from './announcer';
import type { Line } from './thread';
import { en } from './words/en';

const line = (key: string, change: Partial<Line> = {}): Line => ({
  key, id: key, direction: 'out', author: 'Ines', text: `text ${key}`, at: 0, state: 'sent', refusal: null, ...change,
});

describe('Announcer', () => {
  it('is silent about what was there before, and says each new message once', () => {
    const announcer = new Announcer();
    expect(announcer.take([line('1')], false, en)).toEqual([]);
    expect(announcer.take([line('1'), line('2')], true, en)).toEqual([]);
    expect(announcer.take([line('1'), line('2'), line('3')], true, en)).toEqual(['Ines: text 3']);
    expect(announcer.take([line('3', { state: 'read' })], true, en)).toEqual([]);
  });

  it('says that a message of the visitor is sent, not how far it has come since', () => {
    const announcer = new Announcer();
    announcer.take([], true, en);
    const said = (['sending', 'sent', 'delivered', 'read'] as const).map((state) =>
      announcer.take([line('c', { direction: 'in', state })], true, en),
    );
    expect(said).toEqual([[], ['Sent'], [], []]);
  });

  it('says why a message was refused, and that it went after all', () => {
    const announcer = new Announcer();
    announcer.take([], true, en);
    const refused = line('c', { direction: 'in', state: 'refused', refusal: 'Wait a little.' });
    expect(announcer.take([refused], true, en)).toEqual(['Not sent: Wait a little.']);
    expect(announcer.take([{ ...refused, state: 'sent' }], true, en)).toEqual(['Sent']);
  });
});
