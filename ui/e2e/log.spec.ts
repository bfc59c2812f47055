// The log: what is found by kind, type, who, when and of what; the details of an event; and the way there from a thing.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openDesk } from "./browser";
import { Depot } from "./depot";

let browser: Browser;
let depot: Depot;

beforeAll(async () => {
  [browser, depot] = await Promise.all([openBrowser(), Depot.open()]);
});
afterAll(async () => {
  await browser?.close();
  await depot?.close();
});

it("finds events by their kind, type, day, who did it and what it happened to, and shows all that was recorded", async () => {
  const [ana, van] = [await depot.addDriver("Ana Costa"), await depot.addVehicle("EV-07")];
  const routeId = await depot.addRoute("Gate", "Harbour", new Date(Date.now() + 3_600_000), ["Market", "Harbour"]);
  const id = await depot.addDelivery(routeId, ana, van);
  const phone = depot.createToken(["--role", "driver", "--name", "Ana's phone", "--driver", ana]);
  await depot.call("PATCH", `/api/deliveries/${id}/status`, { status: "InTransit" }, phone);
  await depot.call("PATCH", `/api/deliveries/${id}/checkpoint`, { routeId, sequence: 1 }, phone);

  const { context, page, complaints } = await openDesk(browser, depot);
  const table = page.getByRole("table", { name: "Log" });
  const rows = async () => (await table.getByRole("row").count()) - 1;
  await page.getByRole("link", { name: "Log" }).click();
  await table.getByRole("row").filter({ hasText: "Gate → Harbour" }).first().waitFor();
  // Its own row is the one that tells of a new event without being asked.
  const before = await rows();
  await depot.call("POST", `/api/deliveries/${id}/incidents`, { type: "Traffic", description: "A queue" });
  await expect.poll(rows).toBe(before + 1);

  const choose = async (filter: string, option: string) => {
    await page.getByRole("combobox", { name: filter }).or(page.getByRole("textbox", { name: filter })).first().click();
    await page.getByRole("option", { name: option, exact: true }).click();
  };
  await choose("Any event", "Checkpoint reached");
  await page.waitForURL(/type=CheckpointReached/u);
  await expect.poll(rows).toBe(1);
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await choose("By anybody", "Ana's phone");
  await expect.poll(rows).toBe(2);
  await choose("All categories", "Fleet");
  await page.getByText("No event fits").waitFor();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await choose("All categories", "Fleet");
  await expect.poll(rows).toBe(2);
  await page.goto(`${depot.url}/log?from=2020-01-01&to=2020-01-31`);
  await page.getByText("No event fits").waitFor();

  await page.goto(`${depot.url}/log?type=CheckpointReached`);
  await table.getByRole("link", { name: /^Details of event/u }).click();
  const details = page.getByRole("region", { name: /^Event \d+/u });
  await details.getByText("Market", { exact: true }).waitFor();
  await details.getByText("Ana's phone", { exact: true }).waitFor();
  await details.getByText(/^[0-9a-f]{64}$/u).waitFor();
  await page.getByRole("button", { name: "Close the details" }).click();

  await page.goto(`${depot.url}/routes/${routeId}`);
  await page.getByRole("link", { name: "All of it in the log" }).click();
  await page.waitForURL(/entity=/u);
  // Planned, its end moved with each of two checkpoints, and activated.
  await expect.poll(rows).toBe(6);
  expect(complaints).toEqual([]);
  await context.close();
});

it("reads on by scrolling, through more events than a page has", async () => {
  const driver = await depot.addDriver("Ben Okafor");
  for (let change = 0; change < 130; change += 1) {
    await depot.call("PATCH", `/api/fleet/drivers/${driver}/status`, { status: change % 2 === 0 ? "Suspended" : "Available" });
  }
  const { context, page, complaints } = await openDesk(browser, depot);
  await page.goto(`${depot.url}/log?entity=${driver}&kind=driver`);
  const table = page.getByRole("table", { name: "Log" });
  await table.getByRole("row").nth(5).waitFor();
  await table.getByRole("link", { name: /^Details of event/u }).first().focus();
  await page.keyboard.press("End");
  await expect
    .poll(async () => {
      await page.keyboard.press("End");
      return table.getByText("joined the fleet").count();
    })
    .toBe(1);
  // Of 131 events only those in sight are in the page.
  expect(await table.getByRole("row").count()).toBeLessThan(100);
  expect(complaints).toEqual([]);
  await context.close();
});
