/** Ties the session to the screen: its latest view, as something Svelte can watch. */
import { ChatSession, type View } from './session';
import type { Place, Surroundings } from './surroundings';

export class Stage {
  readonly session: ChatSession;
  view: View;

  constructor(place: Place, world: Surroundings) {
    this.session = new ChatSession(place, world, (next) => (this.view = next));
    this.view = $state.raw(this.session.view);
  }
}
