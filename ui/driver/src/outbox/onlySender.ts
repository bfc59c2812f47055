// One sender among all tabs of the app: the browser's locks where it has them, which plain HTTP has not, else a lease
// in the database. Two senders at once for a moment would do no harm, because the depot knows each action by its key.
import { newKey } from "@kit/ids";
import type { PhoneDatabase } from "./database";

const NAME = "eroad-phone-sender";
const LEASE_MS = 10_000;
const RENEW_MS = 3_000;

interface Lease {
  readonly owner: string;
  readonly until_ms: number;
}

/** What the work may ask before each thing it sends. */
export type IsStillMine = () => Promise<boolean>;

/** Runs the work while this tab is the only one that does, whenever that becomes so, until `stop`. */
export async function asOnlySender(
  database: PhoneDatabase,
  work: (isStillMine: IsStillMine) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  if (locks !== undefined) {
    const whileHeld = () => work(async () => !stop.aborted);
    await locks.request(NAME, { signal: stop }, whileHeld).catch((cause: unknown) => {
      if (!stop.aborted) throw cause;
    });
    return;
  }
  const owner = newKey();
  while (!stop.aborted) {
    if (await renew(database, owner)) await whileRenewed(database, owner, work, stop);
    else await pause(RENEW_MS, stop);
  }
  await release(database, owner);
}

async function whileRenewed(
  database: PhoneDatabase,
  owner: string,
  work: (isStillMine: IsStillMine) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const timer = setInterval(() => void renew(database, owner), RENEW_MS);
  try {
    await work(async () => !stop.aborted && (await renew(database, owner)));
  } finally {
    clearInterval(timer);
  }
}

/** Takes or prolongs the lease, unless another tab holds it. One transaction, so two tabs cannot both succeed. */
async function renew(database: PhoneDatabase, owner: string): Promise<boolean> {
  const writing = (await database.connection()).transaction("kept", "readwrite");
  const lease = (await writing.store.get(NAME)) as Lease | undefined;
  const now_ms = Date.now();
  const isFree = lease === undefined || lease.owner === owner || lease.until_ms < now_ms || lease.until_ms > now_ms + LEASE_MS;
  if (isFree) await writing.store.put({ owner, until_ms: now_ms + LEASE_MS } satisfies Lease, NAME);
  await writing.done;
  return isFree;
}

async function release(database: PhoneDatabase, owner: string): Promise<void> {
  const writing = (await database.connection()).transaction("kept", "readwrite");
  const lease = (await writing.store.get(NAME)) as Lease | undefined;
  if (lease?.owner === owner) await writing.store.delete(NAME);
  await writing.done;
}

/** Waits, but no longer than until `stop`. */
export function pause(wait_ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, wait_ms);
    stop.addEventListener("abort", end);
  });
}
