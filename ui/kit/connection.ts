// The one mutable cell both transports keep their connection's state in.
import type { Connection, ConnectionStore } from "@kit/protocol";

export class ConnectionCell implements ConnectionStore {
  #state: Connection;
  readonly #listeners = new Set<() => void>();

  constructor(initial: Connection) {
    this.#state = initial;
  }

  // Arrow functions, because React calls both without `this`.
  readonly get = (): Connection => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: Connection): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
