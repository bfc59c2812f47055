// What the screens show of the phone, and what of that is another driver's.
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { PhoneDay } from "@bindings/PhoneDay";
import type { PhoneMessage } from "@bindings/PhoneMessage";
import type { Action, KeptFile, Owner } from "./outbox/action";
import { isUnsent } from "./outbox/action";
import { credentialOf } from "./outbox/credentials";
import type { Credential } from "./outbox/credentials";
import type { Lost } from "./outbox/database";
import type { SharingState } from "./positions";

/** What another driver left on this phone. */
export interface OthersWork {
  readonly owner: Owner;
  /** What is not at the depot, in order. */
  readonly actions: readonly Action[];
  readonly files: number;
  /** Whether this phone has a credential of that driver, so that it can be sent. */
  readonly isSendable: boolean;
}

/** All that the screens show. */
export interface PhoneView {
  /** The depot's last answer; undefined where there never was one. */
  readonly day: PhoneDay | undefined;
  /** The deliveries with everything folded in that was done here. */
  readonly deliveries: readonly DeliveryDetail[];
  /** What the depot wants to be seen. */
  readonly messages: readonly PhoneMessage[];
  /** What the driver did whose phone it is. */
  readonly actions: readonly Action[];
  /** What others did and is still here. */
  readonly others: readonly OthersWork[];
  readonly unsent: number;
  readonly refused: readonly Action[];
  readonly waitingFiles: number;
  readonly refusedFiles: readonly KeptFile[];
  /** How far the device's clock is behind the depot's. */
  readonly offset_ms: number;
  readonly reach: "unknown" | "reached" | "outOfReach";
  /** Why the depot does not know this phone, where it does not. */
  readonly shutOut: string | undefined;
  /** Whether the driver lets the depot see where they are. */
  readonly shares: boolean;
  /** Whether it sees it now. */
  readonly sharing: SharingState;
  /** Why this tab can keep nothing any more, where that is so. */
  readonly lost: Lost | undefined;
}

export const EMPTY: PhoneView = {
  day: undefined,
  deliveries: [],
  messages: [],
  actions: [],
  others: [],
  unsent: 0,
  refused: [],
  waitingFiles: 0,
  refusedFiles: [],
  offset_ms: 0,
  reach: "unknown",
  shutOut: undefined,
  shares: false,
  sharing: "off",
  lost: undefined,
};

export function ownerOf({ deviceId, driverId, driverName }: PhoneDay): Owner {
  return { deviceId, driverId, driverName };
}

/** What drivers left here that it is not the phone of any more, by driver. `unsent` has the hashes of pictures. */
export function othersIn(actions: readonly Action[], unsent: ReadonlySet<string>, credentials: readonly Credential[]): OthersWork[] {
  const work = new Map<string, { owner: Owner; actions: Action[]; files: number }>();
  for (const action of actions) {
    const { owner } = action;
    const unsentFiles = action.files.filter(({ hash }) => unsent.has(hash)).length;
    if (owner === undefined || (!isUnsent(action) && unsentFiles === 0)) continue;
    const of = work.get(owner.driverId) ?? { owner, actions: [], files: 0 };
    if (isUnsent(action)) of.actions.push(action);
    of.files += unsentFiles;
    work.set(owner.driverId, of);
  }
  return [...work.values()].map(({ owner, actions: unsentActions, files }) => {
    const isSendable = credentialOf(owner, credentials, undefined) !== undefined;
    return { owner, actions: unsentActions, files, isSendable };
  });
}
