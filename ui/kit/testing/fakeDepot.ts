// A depot for component tests: answers what the test lays out, and remembers what it was told.
import { ConnectionCell } from "@kit/connection";
import type { Answered, Change, CommandMessage, ExecuteOptions, QueryMessage, Transport } from "@kit/protocol";

export class FakeDepot implements Transport {
  readonly kind = "window";
  readonly connection = new ConnectionCell("live");
  readonly executed: Array<{ command: CommandMessage; options: ExecuteOptions | undefined }> = [];
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(
    private readonly parts: {
      answer?: (query: QueryMessage) => Answered<unknown>;
      execute?: (command: CommandMessage) => unknown;
    } = {},
  ) {}

  async execute(command: CommandMessage, options?: ExecuteOptions): Promise<unknown> {
    this.executed.push({ command, options });
    return this.parts.execute?.(command);
  }

  async query<Answer>(query: QueryMessage): Promise<Answered<Answer>> {
    if (this.parts.answer === undefined) throw new Error("This test lays out no answers.");
    return this.parts.answer(query) as Answered<Answer>;
  }

  readonly subscribe = (listener: (change: Change) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async signIn(): Promise<void> {}

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
