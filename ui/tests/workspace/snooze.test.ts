/** When a case comes back. */
import { expect, test } from 'vitest';
import { fieldValue, snoozeChoices } from '../../src/workspace/snooze';

const named = (now: Date): Record<string, string> =>
  Object.fromEntries(snoozeChoices(now).map(({ key, until }) => [key, fieldValue(until)]));

test.each([
  ['on a Wednesday morning', new Date(2026, 10, 18, 9, 20), { later: '2026-11-18T12:00', tomorrow: '2026-11-19T09:00', monday: '2026-11-23T09:00' }],
  ['past the half hour, an hour later', new Date(2026, 10, 18, 9, 40), { later: '2026-11-18T13:00', tomorrow: '2026-11-19T09:00', monday: '2026-11-23T09:00' }],
  ['late in the evening, not today any more', new Date(2026, 10, 18, 22, 0), { tomorrow: '2026-11-19T09:00', monday: '2026-11-23T09:00' }],
  ['on a Monday, the next one', new Date(2026, 10, 23, 9, 0), { later: '2026-11-23T12:00', tomorrow: '2026-11-24T09:00', monday: '2026-11-30T09:00' }],
  ['on a Sunday, the day after', new Date(2026, 10, 22, 9, 0), { later: '2026-11-22T12:00', tomorrow: '2026-11-23T09:00', monday: '2026-11-23T09:00' }],
])('%s', (_, now, choices) => expect(named(now)).toEqual(choices));
