import type { CrewChoice } from "@bindings/CrewChoice";
import type { Delivery } from "@bindings/Delivery";
import type { DeliveryDetail } from "@bindings/DeliveryDetail";
import type { EventView } from "@bindings/EventView";
import type { FileRef } from "@bindings/FileRef";
import { MantineProvider } from "@mantine/core";
import { RouterProvider, createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { DepotProvider } from "@kit/depot";
import { startTranslations } from "@kit/i18n";
import { DepotError } from "@kit/problem";
import { FakeDepot } from "@kit/testing/fakeDepot";
import { theme } from "@kit/theme";
import incidentEn from "../incident/en.json";
import { DeliveriesPage } from "./DeliveriesPage";
import { DeliveryPage } from "./DeliveryPage";
import deliveryEn from "./en.json";
import { ANA, END, ROUTE, SESSION, STAFFED, START, VAN, detailOf, rowOf } from "./sample";
import { readDeliverySearch } from "./search";

startTranslations({ delivery: deliveryEn, incident: incidentEn });

function depotWith(delivery: DeliveryDetail = detailOf()): FakeDepot {
  return new FakeDepot({
    session: SESSION,
    deliveries: ({ cursor = null }) => ({
      items: [rowOf(cursor === null ? {} : { id: "d2", routeOrigin: "Quay" })],
      nextCursor: cursor === null ? "second page" : null,
    }),
    delivery: ({ id }) => (id === "other" ? detailOf({ id, routeOrigin: "Quay", routeDestination: "Dale" }) : delivery),
    routes: { routes: [ROUTE], nextCursor: null },
    route: { ...ROUTE, deliveries: [], createdAt: START, updatedAt: START },
    drivers: { items: [ANA], nextCursor: null },
    driver: ANA,
    vehicles: { items: [VAN], nextCursor: null },
    vehicle: VAN,
    crewChoices: ({ kind }) => ({ start: START, end: END, choices: kind === "Driver" ? [choiceOf("ana", "Ana", "L1")] : [choiceOf("van", "VAN-1", "Van")] }),
    events: { items: [], nextBefore: null },
  });
}

/** A driver or a vehicle that is free from an hour before the delivery until an hour after it. */
function choiceOf(id: string, name: string, detail: string): CrewChoice {
  const [freeFrom, freeUntil] = ["2026-03-02T07:00:00Z", "2026-03-02T11:00:00Z"];
  return { id, name, detail, status: "Available", available: true, free: true, freeFrom, freeUntil, heldBy: null };
}

/** The feature's two pages at an address, over a depot. */
function visit(address: string, depot: FakeDepot) {
  const root = createRootRoute();
  const list = createRoute({
    getParentRoute: () => root,
    path: "/deliveries",
    validateSearch: readDeliverySearch,
    component: DeliveriesPage,
  });
  const one = createRoute({ getParentRoute: () => root, path: "/deliveries/$deliveryId", component: DeliveryPage });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({ routeTree: root.addChildren([list, one]), history });
  render(
    <MantineProvider theme={theme} env="test">
      <DepotProvider transport={depot}>
        {/* The desk's own router is the one that the compiler knows of. */}
        <RouterProvider router={router as never} />
      </DepotProvider>
    </MantineProvider>,
  );
  return { router, user: userEvent.setup() };
}

function commandsTo(depot: FakeDepot) {
  return depot.executed.map(({ command, options }) => ({
    command: "command" in command ? command.command : undefined,
    expectedVersion: options.expectedVersion,
  }));
}

test("the list asks for what its address says, and page after page", async () => {
  const depot = depotWith();
  const { user } = visit("/deliveries?status=InTransit,PickedUp&late=true&from=2026-03-02&to=2026-03-02", depot);
  await screen.findByRole("link", { name: "Pier → Hill" });
  const asked = depot.asked.find((query) => "query" in query && query.query === "deliveries");
  expect(asked).toMatchObject({ status: ["PickedUp", "InTransit"], late: true, sort: "scheduledStartTime", descending: true });
  const { from, to } = asked as { from: string; to: string };
  expect(Date.parse(to) - Date.parse(from)).toBe(24 * 60 * 60 * 1000);
  expect(screen.getByRole("checkbox", { name: "Planned" })).toHaveProperty("checked", true);
  expect(screen.getByRole("checkbox", { name: "Delivered" })).toHaveProperty("checked", false);

  await user.click(screen.getByRole("button", { name: "Load more" }));
  await screen.findByRole("link", { name: "Quay → Hill" });
  expect(depot.asked).toContainEqual(expect.objectContaining({ query: "deliveries", cursor: "second page" }));
  expect(screen.queryByRole("button", { name: "Load more" })).toBeNull();
});

test("filters go into the address and out again", async () => {
  const { user, router } = visit("/deliveries?sort=updatedAt", depotWith());
  await user.click(await screen.findByRole("checkbox", { name: "Failed" }));
  await user.click(screen.getByRole("checkbox", { name: "Late" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ status: "Failed", late: true, sort: "updatedAt" }));
  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ sort: "updatedAt" }));
});

test("a booking conflict is told in the dialog, which keeps what was chosen", async () => {
  const depot = depotWith();
  depot.onExecute = () => {
    throw DepotError.from({
      code: "ruleBroken",
      detail: "Ana is taken.",
      rule: "bookingConflict",
      resource: "Driver",
      resourceId: "ana",
      resourceName: "Ana",
      deliveryId: "other",
      start: START,
      end: END,
      nextFreeStart: "2026-03-02T11:00:00Z",
    });
  };
  const { user, router } = visit("/deliveries", depot);
  await user.click(await screen.findByRole("button", { name: "New delivery" }));
  const dialog = await screen.findByRole("dialog", { name: "New delivery" });
  expect(within(dialog).getByRole("button", { name: "Create delivery" })).toHaveProperty("disabled", true);
  expect(depot.asked).toContainEqual(expect.objectContaining({ query: "routes", status: ["Active"] }));
  await pick(user, dialog, "Route", /Pier → Hill/);
  await pick(user, dialog, "Driver", /Ana/);
  await user.click(within(dialog).getByRole("button", { name: "Create delivery" }));

  const refusal = await within(dialog).findByRole("alert");
  await waitFor(() => expect(refusal.textContent).toContain("Ana is already booked for Quay → Dale from "));
  const instants = [...refusal.querySelectorAll("time")].map((time) => time.dateTime);
  expect(instants).toEqual([START, END, "2026-03-02T11:00:00Z"]);
  expect(within(dialog).getByRole("combobox", { name: "Driver" })).toHaveProperty("value", "Ana");
  expect(commandsTo(depot)).toMatchObject([{ command: { type: "createDelivery", routeId: "r1", driverId: "ana", vehicleId: null } }]);

  await user.click(within(refusal).getByRole("link", { name: "Open that delivery" }));
  await screen.findByRole("heading", { level: 1, name: "Quay → Dale" });
  expect(router.state.location.pathname).toBe("/deliveries/other");
});

test("who drives is changed only as it was seen", async () => {
  const depot = depotWith();
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Assign driver" }));
  const dialog = await screen.findByRole("dialog", { name: "Assign driver" });
  await pick(user, dialog, "Driver", /Ana/);
  await user.click(within(dialog).getByRole("button", { name: "Assign" }));
  await waitFor(() =>
    expect(commandsTo(depot)).toEqual([{ command: { type: "assignDriver", driverId: "ana" }, expectedVersion: 4 }]),
  );
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a retry refused for its van offers another crew in one step", async () => {
  const failed = detailOf({ ...STAFFED, vehicleId: "old", vehicleNo: "OLD-1", status: "Failed", validStatuses: ["PickedUp"] });
  const depot = depotWith(failed);
  depot.onExecute = () => {
    throw DepotError.from({
      code: "ruleBroken",
      detail: "",
      rule: "vehicleNotAvailable",
      vehicleId: "old",
      registration: "OLD-1",
      status: "Maintenance",
    });
  };
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  const refusal = await screen.findByRole("alert");
  await user.click(within(refusal).getByRole("button", { name: "Try again with another crew …" }));
  const dialog = await screen.findByRole("dialog", { name: "Try again with another crew" });
  depot.onExecute = () => ({});
  await pick(user, dialog, "Vehicle", /VAN-1.*free 07:00.*–11:00/u);
  await user.click(within(dialog).getByRole("button", { name: "Try again" }));
  await waitFor(() =>
    expect(commandsTo(depot).at(-1)).toEqual({
      command: { type: "retryDelivery", driverId: "ana", vehicleId: "van", reason: null },
      expectedVersion: 4,
    }),
  );
});

test("a second start asks for a reason and sends it", async () => {
  const depot = depotWith(detailOf(STAFFED));
  depot.onExecute = () => {
    throw DepotError.from({
      code: "ruleBroken",
      detail: "",
      rule: "crewUnderWay",
      resource: "Driver",
      resourceId: "ana",
      resourceName: "Ana",
      deliveryId: "other",
    });
  };
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Start delivery" }));
  const refusal = await screen.findByRole("alert");
  await waitFor(() => expect(refusal.textContent).toContain("Ana is still under way with Quay → Dale."));
  await user.click(within(refusal).getByRole("button", { name: "Start both …" }));
  const dialog = await screen.findByRole("dialog", { name: "Start while the crew is under way?" });
  const start = within(dialog).getByRole("button", { name: "Start both" });
  expect(start).toHaveProperty("disabled", true);
  await user.type(within(dialog).getByRole("textbox", { name: /Reason/u }), "Both fit");
  await user.click(start);
  await waitFor(() =>
    expect(commandsTo(depot).at(-1)?.command).toEqual({ type: "changeDeliveryStatus", status: "InTransit", reason: "Both fit" }),
  );
});

test("a refused start goes once what was missing is there", async () => {
  let delivery = detailOf({ driverId: "ana", driverName: "Ana" });
  const depot = depotWith();
  Object.assign(depot.answers, { delivery: () => delivery });
  depot.onExecute = () => {
    throw DepotError.from({ code: "ruleBroken", detail: "", rule: "notStaffed", wanted: "InTransit", missing: ["vehicle"] });
  };
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Start delivery" }));
  const refusal = await screen.findByRole("alert");
  expect(refusal.textContent).toContain("Before it can be in transit, it still needs: a vehicle.");
  expect(commandsTo(depot)).toEqual([
    { command: { type: "changeDeliveryStatus", status: "InTransit" }, expectedVersion: undefined },
  ]);
  delivery = detailOf({ ...STAFFED, version: 5 });
  depot.tell({ topics: ["deliveries"] });
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("checkpoints are told against the plan, and reached by a button", async () => {
  const depot = depotWith(detailOf({ ...STAFFED, status: "InTransit", validStatuses: ["OutForDelivery", "Failed"] }));
  const { user } = visit("/deliveries/d1", depot);
  const panel = await screen.findByRole("region", { name: "Checkpoints" });
  expect(within(panel).getByText(/8 min late/)).toBeDefined();
  expect(within(panel).queryByRole("button", { name: "Mark reached: Mill" })).toBeNull();
  await user.click(await within(panel).findByRole("button", { name: "Mark reached: Bridge" }));
  await waitFor(() =>
    expect(commandsTo(depot)).toEqual([
      { command: { type: "reachCheckpoint", routeId: "r1", sequence: 2 }, expectedVersion: undefined },
    ]),
  );
});

test.each([
  ["Cargo damage", "CargoDamage"],
  ["Meteor shower", "Meteor shower"],
])("an incident named %j is reported as %j", async (written, type) => {
  const depot = depotWith();
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Report incident" }));
  const dialog = await screen.findByRole("dialog", { name: "Report incident" });
  await user.type(within(dialog).getByLabelText(/^Type/u, { selector: "input" }), written);
  await user.type(within(dialog).getByLabelText(/^Description/), "A box fell over");
  await user.click(within(dialog).getByRole("button", { name: "Report incident" }));
  await waitFor(() =>
    expect(commandsTo(depot)).toMatchObject([
      { command: { type: "reportIncident", incidentType: type, description: "A box fell over" } },
    ]),
  );
});

test("a slider shows the delivery as it was at any moment of its past", async () => {
  const depot = depotWith(detailOf({ ...STAFFED, status: "InTransit", validStatuses: ["Failed"] }));
  const moments = ["2026-03-02T08:20:00Z", "2026-03-02T07:50:00Z", "2026-03-02T07:10:00Z"];
  Object.assign(depot.answers, {
    events: { items: moments.map((recordedAt, index) => eventOf(3 - index, recordedAt)), nextBefore: null },
    pastState: ({ at, id }: { at: string; id: string }) => ({
      entity: "delivery",
      entityId: id,
      at,
      version: 1,
      state: at === moments[2] ? was("PickedUp", null) : was("InTransit", "ana"),
    }),
  });
  const { user } = visit("/deliveries/d1", depot);
  const panel = await screen.findByRole("region", { name: "As it was" });
  await within(panel).findByText("In transit");
  expect(within(panel).getByText("Mill")).toBeDefined();
  within(panel).getByRole("slider", { name: "Moment" }).focus();
  await user.keyboard("{Home}");
  await within(panel).findByText("Planned");
  expect(within(panel).queryByText("Mill")).toBeNull();
  expect(within(panel).getByText(/No driver/u)).toBeDefined();
  expect(depot.asked).toContainEqual({ query: "pastState", entity: "delivery", id: "d1", at: moments[2] });
});

test("failing asks for a reason", async () => {
  const depot = depotWith();
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Mark failed" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByLabelText("Reason"), "Road closed");
  await user.click(within(dialog).getByRole("button", { name: "Mark failed" }));
  await waitFor(() =>
    expect(commandsTo(depot)).toMatchObject([
      { command: { type: "changeDeliveryStatus", status: "Failed", reason: "Road closed" } },
    ]),
  );
});

test("a proof needs both who and where", async () => {
  const depot = depotWith(detailOf({ ...STAFFED, status: "OutForDelivery", validStatuses: ["Delivered", "Failed"] }));
  const { user } = visit("/deliveries/d1", depot);
  await user.click(await screen.findByRole("button", { name: "Capture proof" }));
  const dialog = await screen.findByRole("dialog", { name: "Proof of delivery" });
  const capture = within(dialog).getByRole("button", { name: "Capture proof" });
  await user.type(within(dialog).getByLabelText(/^Received by/), "Bo");
  expect(capture).toHaveProperty("disabled", true);
  await user.type(within(dialog).getByLabelText(/^Signature URL/), "https://sign.example/1");
  await user.click(capture);
  await waitFor(() =>
    expect(commandsTo(depot)).toMatchObject([
      { command: { type: "captureProof", receiverName: "Bo", signatureUrl: "https://sign.example/1" } },
    ]),
  );
});

test("what was uploaded is shown from where the transport finds it", async () => {
  visit(
    "/deliveries/d1",
    depotWith(
      detailOf({
        ...STAFFED,
        status: "Delivered",
        validStatuses: [],
        receiverName: "Bo",
        deliveredAt: END,
        signature: file("aa"),
        photos: [file("bb"), file("cc")],
      }),
    ),
  );
  const signature = await screen.findByRole("img", { name: "Signature of Bo" });
  expect(signature.getAttribute("src")).toBe("/files/aa");
  const photos = screen.getAllByRole("img", { name: /^Photo/ });
  expect(photos.map((photo) => photo.getAttribute("src"))).toEqual(["/files/bb", "/files/cc"]);
  expect(screen.queryByRole("button", { name: "Mark failed" })).toBeNull();
});

test("who may only look is offered nothing to change", async () => {
  const depot = depotWith();
  Object.assign(depot.answers, { session: { ...SESSION, mayChange: false } });
  visit("/deliveries/d1", depot);
  await screen.findByRole("heading", { level: 1, name: "Pier → Hill" });
  const buttons = screen.queryAllByRole("button").map((button) => button.textContent);
  expect(buttons).toEqual([]);
});

function was(status: "PickedUp" | "InTransit", driverId: string | null): Delivery {
  return {
    created: { routeId: "r1" },
    driverId,
    vehicleId: null,
    status,
    createdAt: START,
    deliveredAt: null,
    triedAgainAt: null,
    reached: status === "InTransit" ? [[{ routeId: "r1", sequence: 1, location: "Mill" }, START]] : [],
    incidents: [],
    proof: null,
    filesClosed: [],
    erased: false,
    drivers: [],
    lastStepAt: START,
    lateFacts: [],
  };
}

function eventOf(sequence: number, recordedAt: string): EventView {
  return {
    sequence,
    category: "delivery-tracking-events",
    entity: "delivery",
    entityId: "d1",
    entityName: null,
    version: sequence,
    type: "DeliveryStatusChanged",
    schemaVersion: 1,
    data: { old: "PickedUp", new: "InTransit" },
    occurredAt: recordedAt,
    backdated: false,
    uncertain: false,
    recordedAt,
    actor: "desk",
    actorName: null,
    correlationId: "",
    causationId: "",
    hash: "0".repeat(64),
  };
}

function file(hash: string): FileRef {
  return { hash, mediaType: "image/png", bytes: 9 };
}

async function pick(user: ReturnType<typeof userEvent.setup>, dialog: HTMLElement, label: string, name: RegExp) {
  await user.click(within(dialog).getByRole("combobox", { name: new RegExp(`^${label}`, "u") }));
  await user.click(await screen.findByRole("option", { name }));
}
