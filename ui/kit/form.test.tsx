import type { DepotCommand } from "@bindings/DepotCommand";
import { MantineProvider, TextInput } from "@mantine/core";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import type { ReactNode } from "react";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CommandModal } from "@kit/CommandModal";
import { DepotProvider, useDepotQuery } from "@kit/depot";
import { dropDrafts } from "@kit/draft";
import { useForm } from "@kit/form";
import { startTranslations } from "@kit/i18n";
import { DepotError } from "@kit/problem";
import { FakeDepot } from "@kit/testing/fakeDepot";

beforeAll(() => void startTranslations({}));
beforeEach(dropDrafts);
afterEach(dropDrafts);

const VEHICLE = {
  vehicleId: "v1",
  registration: "B 1",
  vehicleType: "Van",
  status: "Available",
  statusReason: null,
  statusSince: null,
  openDeliveries: 0,
  version: 3,
} as const;

function depotWith(vehicle: { registration: string; vehicleType: string; version: number }) {
  return new FakeDepot({ vehicle: () => ({ ...VEHICLE, ...vehicle }) as never });
}

function EditVehicle({ onClose }: { onClose: () => void }) {
  const { data } = useDepotQuery({ query: "vehicle", id: "v1" });
  return data === undefined ? null : <Fields vehicle={data} onClose={onClose} />;
}

function Fields({ vehicle, onClose }: { vehicle: { registration: string; vehicleType: string; version: number }; onClose: () => void }) {
  const form = useForm({
    name: "vehicle.v1.edit",
    source: vehicle,
    initial: (from) => ({ registration: from?.registration ?? "", type: from?.vehicleType ?? "" }),
    shown: (from) => [
      ["Registration", from.registration],
      ["Type", from.vehicleType],
    ],
  });
  const { registration, type } = form.fields;
  const save = () => form.submit({ entity: "vehicle", id: "v1", command: { type: "updateVehicle", registration, vehicleType: type } }, { done: "Saved", onDone: onClose });
  return (
    <CommandModal form={form} title="Edit" submit="Save" onSubmit={save} onClose={onClose}>
      <TextInput label="Registration" value={registration} onChange={(event) => form.set({ registration: event.currentTarget.value })} />
      <TextInput label="Type" value={type} onChange={(event) => form.set({ type: event.currentTarget.value })} />
    </CommandModal>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const form = useForm({ name: "vehicle.new", initial: () => ({ registration: "" }) });
  const { registration } = form.fields;
  const add = () => form.submit({ entity: "vehicle", id: form.id, command: { type: "addVehicle", registration, vehicleType: "Van" } }, { done: "Added", onDone: onClose });
  return (
    <CommandModal form={form} title="New" submit="Add" canSubmit={registration !== ""} onSubmit={add} onClose={onClose}>
      <TextInput label="Registration" value={registration} onChange={(event) => form.set({ registration: event.currentTarget.value })} />
    </CommandModal>
  );
}

type Dialog = (props: { onClose: () => void }) => ReactNode;

function Page({ dialog: Dialog }: { dialog: Dialog }) {
  const [isOpen, setIsOpen] = useState(true);
  return isOpen ? <Dialog onClose={() => setIsOpen(false)} /> : <button onClick={() => setIsOpen(true)}>Open</button>;
}

function show(depot: FakeDepot, dialog: Dialog) {
  return render(
    <MantineProvider env="test">
      <DepotProvider transport={depot}>
        <Page dialog={dialog} />
      </DepotProvider>
    </MantineProvider>,
  );
}

async function write(label: string, text: string) {
  fireEvent.change(await screen.findByLabelText(label), { target: { value: text } });
}

function escape() {
  fireEvent.keyDown(document.body, { key: "Escape" });
}

function press(name: string) {
  fireEvent.click(screen.getByRole("button", { name }));
}

/** Refuses what is not for version `version`, as the depot does. */
function atVersion(depot: FakeDepot, version: () => number) {
  depot.execute = async (command, options) => {
    depot.executed.push({ command, options });
    const now = version();
    if (options.expectedVersion !== undefined && options.expectedVersion !== now) {
      throw DepotError.from({ code: "staleVersion", detail: "", version: now, expectedVersion: options.expectedVersion });
    }
    return { id: "v1", version: now + 1, sequence: 9, changed: true, message: "" } as never;
  };
}

const sent = (depot: FakeDepot) => depot.executed.map(({ command, options }) => [(command as Extract<DepotCommand, { entity: "vehicle" }>).command, options.expectedVersion]);

test("a form gives the version that its fields came from", async () => {
  const vehicle = { registration: "B 1", vehicleType: "Van", version: 3 };
  const depot = depotWith(vehicle);
  show(depot, EditVehicle);
  await write("Registration", "B 2");
  Object.assign(vehicle, { vehicleType: "Truck", version: 4 });
  act(() => depot.tell({ topics: ["vehicles"] }));
  await waitFor(() => expect(depot.asked.length).toBeGreaterThan(1));
  press("Save");
  await waitFor(() => expect(depot.executed).toHaveLength(1));
  expect(depot.executed[0]?.options.expectedVersion).toBe(3);
});

test("what somebody else changed is shown, and what was typed is kept", async () => {
  const vehicle = { registration: "B 1", vehicleType: "Van", version: 3 };
  const depot = depotWith(vehicle);
  atVersion(depot, () => vehicle.version);
  show(depot, EditVehicle);
  await write("Registration", "B 2");
  Object.assign(vehicle, { vehicleType: "Truck", version: 4 });
  press("Save");
  await screen.findByText("Type: Van → Truck");
  expect(screen.getByLabelText("Registration")).toHaveProperty("value", "B 2");
  expect(screen.getByLabelText("Type")).toHaveProperty("value", "Truck");
  press("Save");
  await screen.findByRole("button", { name: "Open" });
  expect(sent(depot).at(-1)).toEqual([{ type: "updateVehicle", registration: "B 2", vehicleType: "Truck" }, 4]);
});

test("a change of what the form does not show is no reason to ask", async () => {
  const vehicle = { registration: "B 1", vehicleType: "Van", version: 3 };
  const depot = depotWith(vehicle);
  atVersion(depot, () => vehicle.version);
  show(depot, EditVehicle);
  await write("Registration", "B 2");
  vehicle.version = 5;
  press("Save");
  await screen.findByRole("button", { name: "Open" });
  expect(sent(depot).map(([, version]) => version)).toEqual([3, 5]);
});

test("two presses before the answer and one after it make one thing", async () => {
  const depot = new FakeDepot();
  show(depot, Add);
  await write("Registration", "B 1");
  const button = screen.getByRole("button", { name: "Add" });
  fireEvent.click(button);
  fireEvent.click(button);
  await screen.findByRole("button", { name: "Open" });
  fireEvent.click(button);
  expect(depot.executed).toHaveLength(1);
});

test("an intention keeps its id and key while its outcome is unknown", async () => {
  const depot = new FakeDepot();
  depot.onExecute = () => {
    throw DepotError.from({ code: "unknown", detail: "not certain" });
  };
  show(depot, Add);
  await write("Registration", "B 1");
  press("Add");
  await screen.findByRole("alert");
  press("Cancel");
  // Nothing is asked: what was sent may be stored already, and its form goes on where it was.
  fireEvent.click(await screen.findByRole("button", { name: "Open" }));
  expect(await screen.findByLabelText("Registration")).toHaveProperty("value", "B 1");
  depot.onExecute = () => ({});
  press("Add");
  await screen.findByRole("button", { name: "Open" });
  const [first, second] = depot.executed;
  expect(second).toEqual(first);
});

test("a refused command is sent again under another key", async () => {
  const depot = new FakeDepot();
  depot.onExecute = () => {
    throw DepotError.from({ code: "ruleBroken", detail: "no" });
  };
  show(depot, Add);
  await write("Registration", "B 1");
  press("Add");
  await screen.findByRole("alert");
  press("Add");
  await waitFor(() => expect(depot.executed).toHaveLength(2));
  const [first, second] = depot.executed.map(({ options }) => options.idempotencyKey);
  expect(second).not.toBe(first);
});

test("a dialog asks before a key drops what was typed", async () => {
  show(new FakeDepot(), Add);
  await write("Registration", "B 1");
  escape();
  press("Keep editing");
  expect(screen.getByLabelText("Registration")).toHaveProperty("value", "B 1");
  escape();
  press("Discard");
  fireEvent.click(await screen.findByRole("button", { name: "Open" }));
  expect(await screen.findByLabelText("Registration")).toHaveProperty("value", "");
  escape();
  await screen.findByRole("button", { name: "Open" });
});

test("cancelling gives up what was typed", async () => {
  show(new FakeDepot(), Add);
  await write("Registration", "B 1");
  press("Cancel");
  fireEvent.click(await screen.findByRole("button", { name: "Open" }));
  expect(await screen.findByLabelText("Registration")).toHaveProperty("value", "");
});

test("what was typed is there again after the page was loaded anew", async () => {
  const { unmount } = show(new FakeDepot(), Add);
  await write("Registration", "B 1");
  unmount();
  show(new FakeDepot(), Add);
  expect(await screen.findByLabelText("Registration")).toHaveProperty("value", "B 1");
  press("Start over");
  expect(screen.getByLabelText("Registration")).toHaveProperty("value", "");
});
