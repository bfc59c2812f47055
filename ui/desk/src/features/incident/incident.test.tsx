import type { IncidentView } from "@bindings/IncidentView";
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
import { SESSION, START } from "../delivery/sample";
import { IncidentsPage } from "./IncidentsPage";
import incidentEn from "./en.json";
import { readIncidentSearch } from "./search";

startTranslations({ incident: incidentEn });

const incidentOf = (id: string, changed: Partial<IncidentView> = {}): IncidentView => ({
  id,
  deliveryId: `d-${id}`,
  type: "Delay",
  severity: "Low",
  description: `What happened in ${id}`,
  reportedTimestamp: START,
  resolvedTimestamp: null,
  resolved: false,
  note: null,
  routeOrigin: "Pier",
  routeDestination: "Hill",
  driverName: "Ana",
  vehicleNo: "VAN-1",
  photos: [],
  ...changed,
});

function visit(address: string, depot: FakeDepot) {
  const root = createRootRoute();
  const list = createRoute({ getParentRoute: () => root, path: "/incidents", validateSearch: readIncidentSearch, component: IncidentsPage });
  const router = createRouter({ routeTree: root.addChildren([list]), history: createMemoryHistory({ initialEntries: [address] }) });
  render(
    <MantineProvider theme={theme} env="test">
      <DepotProvider transport={depot}>
        <RouterProvider router={router as never} />
      </DepotProvider>
    </MantineProvider>,
  );
  return { router, user: userEvent.setup() };
}

const depotWith = (...incidents: IncidentView[]) =>
  new FakeDepot({ session: SESSION, incidents: { items: incidents, nextCursor: null } });

test("many are resolved with one note, and each says what became of it", async () => {
  const depot = depotWith(incidentOf("a"), incidentOf("b"), incidentOf("c"));
  depot.onExecute = (command) => {
    if (command.entity === "delivery" && command.id === "d-b") {
      throw DepotError.from({ code: "ruleBroken", detail: "", rule: "incidentAlreadyResolved", incidentId: "b" });
    }
    return {};
  };
  const { user } = visit("/incidents", depot);
  await user.click(await screen.findByRole("checkbox", { name: "Select all 3 shown" }));
  await user.click(screen.getByRole("checkbox", { name: "Select Delay: What happened in c" }));
  await user.click(screen.getByRole("button", { name: "Resolve 2" }));
  const dialog = await screen.findByRole("dialog", { name: "Resolve 2 incidents" });
  await user.type(within(dialog).getByLabelText("How they were resolved"), "Road is open");
  await user.click(within(dialog).getByRole("button", { name: "Resolve 2" }));
  await within(dialog).findByText("1 of 2 are done; one is not.");
  expect(within(dialog).getByRole("alert").textContent).toContain("This incident is resolved already.");
  expect(depot.executed.map(({ command }) => command)).toEqual(
    ["a", "b"].map((id) => ({
      entity: "delivery",
      id: `d-${id}`,
      command: { type: "resolveIncident", incidentId: id, note: "Road is open" },
    })),
  );
  // Only what is left is tried again.
  depot.onExecute = () => ({});
  await user.click(within(dialog).getByRole("button", { name: "Try it again" }));
  await within(dialog).findByText("All 2 are done.");
  expect(depot.executed).toHaveLength(3);
});

test("filters live in the address and go to the depot", async () => {
  const depot = depotWith();
  const { user, router } = visit("/incidents?type=Meteor+shower", depot);
  await screen.findByText("No incident fits");
  await user.click(screen.getByRole("checkbox", { name: "Critical" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ type: "Meteor shower", severity: "Critical" }));
  await waitFor(() =>
    expect(depot.asked).toContainEqual(expect.objectContaining({ query: "incidents", type: "Meteor shower", severity: ["Critical"] })),
  );
});
