/** The timeline: order, merging, folding, and a refresh that does not reach what is known. */
import { get as read } from 'svelte/store';
import { describe, expect, test } from 'vitest';
import { blocks, inOrder, inOurZone, merged, Timeline } from '../../src/workspace/timeline';
import { message, said, TableServer } from '../support';

const ids = (timeline: Timeline): string[] => read(timeline.state).entries.map((entry) => entry.id);

test('entries stand in the order of their moments, then of their ids', () => {
  const at = '2026-11-20T10:00:00Z';
  const sorted = inOrder([said('10', at), said('9', at), said('1', '2026-11-20T10:00:01Z')]);
  expect(sorted.map((entry) => entry.id)).toEqual(['9', '10', '1']);
});

test('newer knowledge replaces older, and nothing doubles', () => {
  const before = [said('1', '2026-11-20T10:00:00Z'), said('2', '2026-11-20T10:01:00Z')];
  expect(merged(before, [said('2', '2026-11-20T10:01:00Z'), said('3', '2026-11-20T10:02:00Z')]).length).toBe(3);
});

describe('blocks', () => {
  test('head each day and fold runs of other cases', () => {
    const drawn = blocks(
      [
        said('1', '2026-11-19T12:00:00Z'),
        said('2', '2026-11-19T12:01:00Z', false),
        said('3', '2026-11-19T12:02:00Z', false),
        said('4', '2026-11-20T12:00:00Z'),
      ],
      true,
    );
    expect(drawn.map((block) => block.kind)).toEqual(['day', 'entry', 'fold', 'day', 'entry']);
    expect(drawn[2]?.kind === 'fold' && drawn[2].entries.length).toBe(2);
  });

  test('fold nothing on the customer’s own page', () => {
    const drawn = blocks([said('1', '2026-11-19T12:00:00Z', false)], false);
    expect(drawn.map((block) => block.kind)).toEqual(['day', 'entry']);
  });
});

describe('a timeline', () => {
  const pages: Record<string, unknown> = {
    new: { items: [said('5', '2026-11-20T10:05:00Z'), said('4', '2026-11-20T10:04:00Z')], next: 'old' },
    old: { items: [said('3', '2026-11-20T10:03:00Z')], next: null },
    far: { items: [said('9', '2026-11-20T11:00:00Z')], next: 'between' },
  };
  const made = (): { timeline: Timeline; show: (name: string) => void } => {
    let newest = 'new';
    new TableServer().on('GET /cases/1/timeline', ({ path }) => pages[path.includes('cursor=old') ? 'old' : newest]);
    return { timeline: new Timeline('/cases/1/timeline'), show: (name) => (newest = name) };
  };

  test('puts older pages before what it has', async () => {
    const { timeline } = made();
    await timeline.load();
    await timeline.loadOlder();
    expect(ids(timeline)).toEqual(['3', '4', '5']);
    expect(read(timeline.state).older).toBeNull();
  });

  test('lets go of what it had when a refresh does not reach it', async () => {
    const { timeline, show } = made();
    await timeline.load();
    show('far');
    await timeline.refresh();
    expect(ids(timeline)).toEqual(['9']);
  });

  test('shows a message of our own at once, and once', async () => {
    const { timeline } = made();
    await timeline.load();
    const sent = message({ id: '6', sent_at: '2026-11-20T10:06:00Z' });
    timeline.put(sent);
    timeline.put({ ...sent, text: 'changed' });
    expect(ids(timeline)).toEqual(['4', '5', '6']);
  });
});

test('moments in a sentence are told in the reader’s zone, the rest stays', () => {
  const told = inOurZone('snoozed until 2026-11-22T09:00:00.000000Z by a rule');
  expect(told).toMatch(/^snoozed until .*\d{2}:\d{2}.* by a rule$/);
  expect(told).not.toContain('T09');
});
