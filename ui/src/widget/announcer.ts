/** Decides what a screen reader is told: each message once, and nothing of what was there before. */
import type { Line } from './thread';
import { fill, type Speech } from './words';

export class Announcer {
  readonly #told = new Set<string>();
  #hasBegun = false;

  /** Return the sentences to say for lines that are new since the last call; none until the thread is `settled`. */
  take(lines: readonly Line[], isSettled: boolean, words: Speech['words']): string[] {
    const sentences: string[] = [];
    for (const line of lines) {
      const sentence = sentenceFor(line, words);
      // A refused message that is tried again has news of its own.
      const mark = line.state === 'refused' ? `${line.key} refused` : line.key;
      if (sentence === null || this.#told.has(mark)) continue;
      this.#told.add(mark);
      if (this.#hasBegun) sentences.push(sentence);
    }
    this.#hasBegun ||= isSettled;
    return sentences;
  }
}

function sentenceFor(line: Line, words: Speech['words']): string | null {
  if (line.direction === 'out') return fill('{author}: {text}', { author: line.author, text: line.text });
  if (line.state === 'sending') return null;
  return line.state === 'refused' ? `${words.refused}: ${line.refusal}` : words.sent;
}
