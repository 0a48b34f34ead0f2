/** Presence: colleagues by case, and what we tell of ourselves. */
import { get as read } from 'svelte/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { colleagues, OwnPresence, presence } from '../../src/workspace/presence';
import { me } from '../../src/workspace/session';

test('colleagues never hold ourselves, and who writes is not also viewing', () => {
  me.set({ id: '1', name: 'Ravi', email: '', role: 'agent', is_active: true, signature: '', team_ids: [] });
  const ines = { id: '2', name: 'Ines' };
  presence.set([
    { agent: { id: '1', name: 'Ravi' }, case_id: '9', state: 'viewing' },
    { agent: ines, case_id: '9', state: 'viewing' },
    { agent: ines, case_id: '9', state: 'composing' },
  ]);
  expect(read(colleagues).get('9')).toEqual({ viewing: [], composing: ['Ines'] });
});

describe('our own presence', () => {
  let sent: object[];
  let own: OwnPresence;

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    own = new OwnPresence((frame) => sent.push(frame));
    own.look('9');
  });
  afterEach(() => {
    own.stop();
    vi.useRealTimers();
  });

  test('is told at once and renewed before its lease ends', () => {
    vi.advanceTimersByTime(17_000);
    expect(sent).toEqual([
      { type: 'presence', case_id: '9', state: 'viewing' },
      { type: 'presence', case_id: '9', state: 'viewing' },
    ]);
  });

  test('composes while keys are pressed, not for every one, and fades', () => {
    own.compose();
    own.compose();
    vi.advanceTimersByTime(7_000);
    expect(sent.slice(1)).toEqual([
      { type: 'presence', case_id: '9', state: 'composing' },
      { type: 'presence', case_id: '9', state: 'viewing' },
    ]);
  });

  test('says when it looks at nothing', () => {
    own.look(null);
    expect(sent.at(-1)).toEqual({ type: 'presence', case_id: null, state: 'viewing' });
  });
});
