/** Every language says all there is to say. */
import { describe, expect, it } from 'vitest';
import { fill, speechFor } from './words';
import { words as arabic } from './words/ar';
import { words as german } from './words/de';
import { en } from './words/en';

const blanks = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();

describe('speechFor', () => {
  it.each([
    ['de-AT', 'de', 'ltr', 'Senden'],
    ['ar', 'ar', 'rtl', arabic.send],
    ['en-GB', 'en', 'ltr', 'Send'],
    ['xx-unknown', 'en', 'ltr', 'Send'],
    ['', 'en', 'ltr', 'Send'],
    ['not a locale', 'en', 'ltr', 'Send'],
  ])('answers %j', async (locale, language, direction, send) => {
    const speech = await speechFor(locale);
    expect([speech.language, speech.direction, speech.words.send]).toEqual([language, direction, send]);
    expect(speech.time(0, 0)).not.toBe('');
  });

  it('names the day of a message that is not of today', async () => {
    const { time } = await speechFor('en-GB');
    const day = 24 * 60 * 60 * 1000;
    expect(time(Date.parse('2026-11-21T12:00'), Date.parse('2026-11-21T12:00') + day)).toContain('21 Nov');
    expect(time(NaN, 0)).toBe('');
  });
});

describe('the words', () => {
  it.each([['de', german], ['ar', arabic]])('leave the same blanks in %s', (_, words) => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect([key, blanks(words[key])]).toEqual([key, blanks(en[key])]);
  });

  it('are filled with what is given', () => {
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
  });
});
