// Whose work it is: what one driver did is never another's, whoever the phone is paired with when it is sent.
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { DriverCommand } from "../depot/contract";
import { othersIn } from "../view";
import type { Deed, NewFile, Owner } from "./action";
import { Clock } from "./clock";
import { credentialOf } from "./credentials";
import { PhoneDatabase } from "./database";
import { fold } from "./fold";
import { Outbox } from "./outbox";
import { Sender } from "./sender";
import { deliveryOf, UnreliableDepot } from "./testing";

const ANA: Owner = { deviceId: "phone-1", driverId: "ana", driverName: "Ana Costa" };
const ANA_AGAIN: Owner = { deviceId: "phone-3", driverId: "ana", driverName: "Ana Costa" };
const BEN: Owner = { deviceId: "phone-2", driverId: "ben", driverName: "Ben Okafor" };

let databases = 0;

async function open(): Promise<{ database: PhoneDatabase; outbox: Outbox }> {
  const database = await PhoneDatabase.open(`owners-${(databases += 1)}`);
  return { database, outbox: new Outbox(database, new Clock(database)) };
}

function deedOf(owner: Owner, deliveryId: string, number: number, files: readonly NewFile[] = []): Deed {
  const command: DriverCommand = {
    type: "reportIncident",
    incidentId: `${deliveryId}-${number}`,
    incidentType: "Delay",
    description: String(number),
    photos: files.map(({ ref }) => ref),
  };
  return { owner, deliveryId, command, where: "Depot → Harbour", files };
}

function photo(name: string): NewFile {
  return { ref: { hash: name, mediaType: "image/jpeg", bytes: 3 }, content: new ArrayBuffer(3) };
}

async function sendAll(outbox: Outbox, depot: UnreliableDepot): Promise<void> {
  const stop = new AbortController();
  const sender = new Sender({ outbox, destination: depot, backoffFirst_ms: 0, onState: (state) => state === "idle" && stop.abort() });
  await sender.run(async () => !stop.signal.aborted, stop.signal);
}

const states = async (outbox: Outbox) => (await outbox.actions()).map(({ state }) => state);

describe("a phone that two drivers used", () => {
  it("action_of_first_driver_goes_with_her_credential", async () => {
    const { outbox } = await open();
    await outbox.credentials.enter(ANA);
    await outbox.add(deedOf(ANA, "a", 1, [photo("p")]));
    await outbox.credentials.enter(BEN);
    await outbox.add(deedOf(BEN, "b", 2));
    const depot = new UnreliableDepot();
    await sendAll(outbox, depot);
    expect(depot.credentials).toEqual(["phone-1", "phone-2"]);
    expect(depot.files).toEqual(["p"]);
    expect(await states(outbox)).toEqual(["stored", "stored"]);
  });

  it("revoked_driver_is_held_and_other_driver_goes_on", async () => {
    const { outbox } = await open();
    await outbox.credentials.enter(ANA);
    await outbox.add(deedOf(ANA, "a", 1, [photo("p")]));
    await outbox.credentials.enter(BEN);
    await outbox.add(deedOf(BEN, "b", 2));
    const depot = new UnreliableDepot();
    depot.revoked.add("phone-1");
    await sendAll(outbox, depot);
    expect(await states(outbox)).toEqual(["waiting", "stored"]);
    const { waiting } = await outbox.filesUnsent();
    const foreign = (await outbox.actions()).filter(({ owner }) => owner?.driverId === "ana");
    const [held] = othersIn(foreign, new Set(waiting), await outbox.credentials.all());
    expect(held).toMatchObject({ owner: ANA, files: 1, isSendable: false });
    expect(held?.actions).toHaveLength(1);
    // Paired with Ana once more it is sent as hers.
    await outbox.credentials.enter(ANA_AGAIN);
    await sendAll(outbox, depot);
    expect(depot.credentials.at(-1)).toBe("phone-3");
    expect(await states(outbox)).toEqual(["stored", "stored"]);
    expect(depot.files).toEqual(["p"]);
  });

  it("refused_action_holds_up_its_own_driver_only", async () => {
    const { outbox } = await open();
    await outbox.credentials.enter(ANA);
    for (const number of [1, 2]) await outbox.add(deedOf(ANA, "a", number));
    await outbox.credentials.enter(BEN);
    await outbox.add(deedOf(BEN, "a", 3));
    const depot = new UnreliableDepot();
    depot.refuses = ({ device }) => (device.sequence === 1 ? "ruleBroken" : undefined);
    await sendAll(outbox, depot);
    expect(await states(outbox)).toEqual(["refused", "waiting", "stored"]);
  });

  it("pairing_forgets_the_day_of_another_driver_and_no_action", async () => {
    const { database, outbox } = await open();
    await outbox.credentials.enter(ANA);
    await outbox.add(deedOf(ANA, "a", 1));
    for (const name of ["day", "seen", "sharing"]) await database.put(name, name);
    await outbox.credentials.enter(ANA_AGAIN);
    expect(await database.get("day")).toBe("day");
    await outbox.credentials.enter(BEN);
    for (const name of ["day", "seen", "sharing"]) expect(await database.get(name)).toBeUndefined();
    expect(await states(outbox)).toEqual(["waiting"]);
    expect(await outbox.credentials.present()).toEqual(BEN);
  });

  it("forgetting_a_driver_keeps_what_others_left", async () => {
    const { outbox } = await open();
    await outbox.add(deedOf(ANA, "a", 1));
    await outbox.add(deedOf(BEN, "b", 2));
    await outbox.forget("ben");
    expect((await outbox.actions()).map(({ owner }) => owner?.driverId)).toEqual(["ana"]);
  });

  it("day_of_one_driver_shows_no_step_of_another", async () => {
    const { outbox } = await open();
    const start: DriverCommand = { type: "changeDeliveryStatus", status: "InTransit" };
    await outbox.add({ owner: ANA, deliveryId: "d1", command: start, where: "" });
    const actions = await outbox.actions();
    const shown = (driverId: string) => fold({ driverId, deliveries: [deliveryOf()] }, 0, actions)[0]?.status;
    expect([shown("ana"), shown("ben")]).toEqual(["InTransit", "PickedUp"]);
  });
});

describe("the credential that work is sent with", () => {
  it("own_one_goes_before_a_newer_one_of_the_driver", () => {
    expect(credentialOf(ANA, [ANA, BEN, ANA_AGAIN], "phone-2")).toBe(ANA);
    expect(credentialOf(ANA, [{ ...ANA, shutOut: "revoked" }, ANA_AGAIN], "phone-3")).toBe(ANA_AGAIN);
    expect(credentialOf(ANA, [{ ...ANA, shutOut: "revoked" }, BEN], "phone-2")).toBeUndefined();
    expect(credentialOf(undefined, [ANA, BEN], "phone-2")).toBe(BEN);
  });
});
