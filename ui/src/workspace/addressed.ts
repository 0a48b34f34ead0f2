/** To whom a message went, by their place in it, and how much of that is shown before it is unfolded. */
import type { Message, Person } from '../shared/api';

export interface Addressed {
  place: 'to' | 'cc' | 'bcc';
  people: Person[];
}

/** A reply's own recipient and everybody else by their place; of what came in, those beside us. */
export function addressed(message: Message): Addressed[] {
  const recipient = message.delivery ? [{ name: null, address: message.delivery.recipient }] : [];
  const among = (place: Addressed['place']): Person[] => message.participants.filter((each) => each.role === place);
  return [
    { place: 'to' as const, people: [...recipient, ...among('to')] },
    { place: 'cc' as const, people: among('cc') },
    { place: 'bcc' as const, people: among('bcc') },
  ].filter((line) => line.people.length);
}

/** The first people of all places; nobody is left over alone, since the words for that need as much room. */
export function firstOf(lines: Addressed[], most: number): { lines: Addressed[]; left: number } {
  const total = lines.reduce((sum, line) => sum + line.people.length, 0);
  let room = total <= most + 1 ? total : most;
  const shown = lines.map((line) => {
    const people = line.people.slice(0, room);
    room -= people.length;
    return { ...line, people };
  });
  return { lines: shown.filter((line) => line.people.length), left: Math.max(0, total <= most + 1 ? 0 : total - most) };
}
